// Single operations of the outline stage, for the pictures of docs/outline.md. One polygon at a time.
#include <cstring>
#include <memory>

#include "contact_polygon.hpp"

using namespace spinelift;

namespace {

std::unique_ptr<Ring> ring;
std::unique_ptr<Outline> outline;
std::unique_ptr<ContactPolygon> polygon;
Rectangle image;
std::unique_ptr<Hulls> hulls;

std::vector<Corner> stretch(int first, int last) {
    std::vector<Corner> corners;
    for (int i = first;; i = ring->next(i)) {
        corners.push_back({(*ring)[i], i, i});
        if (i == last) return corners;
    }
}

}  // namespace

#define EXPORT extern "C" __attribute__((visibility("default")))

// Begins with the ring itself, collapsed to `budget` corners.
EXPORT void begin(const int32_t* xy, int32_t size, int32_t width, int32_t height, int32_t budget) {
    std::vector<Point> points;
    for (int i = 0; i < size; ++i) points.push_back({xy[2 * i], xy[2 * i + 1]});
    image = {0, 0, width, height};
    ring = std::make_unique<Ring>(points, image);
    hulls = std::make_unique<Hulls>(*ring);
    outline = std::make_unique<Outline>(stretch(0, size - 1), image);
    outline->collapse(budget, 0);
    polygon = std::make_unique<ContactPolygon>(outline->corners(), *ring, image, *hulls);
}

// Or with the box round it.
EXPORT void begin_with_box() {
    int left = 0, top = 0, right = 0, bottom = 0;
    for (int i = 1; i < ring->size(); ++i) {
        const Point p = (*ring)[i];
        if (p.x < (*ring)[left].x) left = i;
        if (p.y < (*ring)[top].y) top = i;
        if (p.x > (*ring)[right].x) right = i;
        if (p.y > (*ring)[bottom].y) bottom = i;
    }
    const int32_t west = (*ring)[left].x, north = (*ring)[top].y;
    const int32_t east = (*ring)[right].x, south = (*ring)[bottom].y;
    const std::vector<Corner> corners = {{{west, north}, left, top},
                                         {{east, north}, top, right},
                                         {{east, south}, right, bottom},
                                         {{west, south}, bottom, left}};
    polygon = std::make_unique<ContactPolygon>(corners, *ring, image, *hulls);
}

EXPORT int32_t move_edge(int32_t i) { return polygon->move_edge(i) > 0; }
EXPORT int32_t move_notch(int32_t i) { return polygon->move_notch(i); }
EXPORT int32_t take_away(int32_t i) { return polygon->remove(i) >= 0; }
EXPORT int32_t cut_corner(int32_t i) { return polygon->cut_corner(i); }
EXPORT void sweep() { polygon->sweep(); }
EXPORT void reduce(int32_t budget) { polygon->reduce(budget); }
EXPORT void drop_short_edges(int64_t affordable) { polygon->drop_short_edges(affordable); }

// Lays the ring in place of `count` vertices from `from` on, which do not pass the end.
EXPORT void tear_out(int32_t from, int32_t count) {
    const std::vector<Corner> corners = polygon->corners();
    std::vector<Corner> torn(corners.begin(), corners.begin() + from);
    const std::vector<Corner> laid = stretch(corners[from].first, corners[from + count - 1].last);
    torn.insert(torn.end(), laid.begin(), laid.end());
    torn.insert(torn.end(), corners.begin() + from + count, corners.end());
    outline = std::make_unique<Outline>(torn, image);
    polygon = std::make_unique<ContactPolygon>(torn, *ring, image, *hulls);
}

EXPORT void collapse(int32_t budget) {
    outline->collapse(budget, 0);
    polygon = std::make_unique<ContactPolygon>(outline->corners(), *ring, image, *hulls);
}

EXPORT int32_t size() { return polygon->size(); }

// Of every vertex: x, y, and the ring point that the edge after it leans on.
EXPORT void read(int32_t* rows) {
    const std::vector<Corner> corners = polygon->corners();
    for (size_t i = 0; i < corners.size(); ++i) {
        const size_t next = (i + 1) % corners.size();
        const int32_t row[] = {corners[i].point.x, corners[i].point.y,
                               corners[i].first == corners[i].last ? corners[next].first : corners[i].last};
        std::memcpy(rows + 3 * i, row, sizeof row);
    }
}

// The hull of the ring between two of its points: x, y. Returns how many.
EXPORT int32_t hull_between(int32_t first, int32_t last, int32_t* rows) {
    int32_t count = 0;
    for (const HullPoint& h : hulls->between(first, last)) {
        rows[2 * count] = h.point.x, rows[2 * count + 1] = h.point.y;
        ++count;
    }
    return count;
}
