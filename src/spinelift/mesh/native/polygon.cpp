#include "polygon.hpp"

#include <cassert>

#include "contact_polygon.hpp"

namespace spinelift {
namespace {

constexpr int kFew = 12;             // down to so few vertices, where to start from matters most
constexpr int kManyForFew = 48;      // vertices of their other start
constexpr int kMost = 400;           // vertices: beyond, leaning takes long and gains next to nothing
constexpr int kDentCandidates = 48;  // deepest ring points tried for a dent
constexpr int kWindows[] = {1, 2, 4, 8};  // vertices torn out at once by a refinement pass

constexpr double kEveningShare = 0.03;  // of the area, that longer edges may cost

using Corners = std::vector<Corner>;

std::vector<Point> points_of(const Corners& corners) {
    std::vector<Point> points;
    points.reserve(corners.size());
    for (const Corner& corner : corners) points.push_back(corner.point);
    return points;
}

int64_t doubled_area(const Corners& corners) { return doubled_area(points_of(corners)); }

bool is_above(Point a, Point b) { return a.y != b.y ? a.y < b.y : a.x < b.x; }

// The ring from point `first` to point `last`, both included, as corners.
Corners stretch(const Ring& ring, int first, int last) {
    Corners corners;
    for (int i = first;; i = ring.next(i)) {
        corners.push_back({ring[i], i, i});
        if (i == last) return corners;
    }
}

// Dents: the opposite of removing a reflex corner

struct Dent {
    int64_t gain;  // twice the area that it saves
    int corner, ring_index;
    friend bool operator<(const Dent& a, const Dent& b) {
        return a.gain != b.gain ? a.gain < b.gain : a.corner > b.corner;
    }
};

// The ring point that saves most when the edge after `corner` is pulled in to it.
Dent best_dent(const Outline& outline, const Ring& ring, int corner) {
    const Corner& from = outline.at(corner);
    const Corner& to = outline.at(outline.next(corner));
    std::vector<Dent> candidates;
    for (int i = from.last; i != to.first; i = ring.next(i))
        candidates.push_back({turn(from.point, to.point, ring[i]), corner, i});
    const size_t tried = std::min<size_t>(candidates.size(), kDentCandidates);
    std::partial_sort(candidates.begin(), candidates.begin() + tried, candidates.end(),
                      [](const Dent& a, const Dent& b) {
                          return a.gain != b.gain ? a.gain > b.gain : a.ring_index < b.ring_index;
                      });
    for (size_t i = 0; i < tried && candidates[i].gain > 0; ++i) {
        const Point at = ring[candidates[i].ring_index];
        if (ring.is_outside_triangle(from.point, to.point, at) && !ring.surrounds(from.point, to.point, at))
            return candidates[i];
    }
    return {0, corner, 0};
}

// Gives back the most useful dents, best first, while one saves `smallest` and the budget allows.
Corners dented(const Corners& corners, const Ring& ring, Rectangle image, int64_t smallest,
               int budget) {
    Outline outline(corners, image);
    std::vector<Dent> heap;
    const auto propose = [&](int corner) {
        heap.push_back(best_dent(outline, ring, corner));
        std::push_heap(heap.begin(), heap.end());
    };
    int corner = outline.first();
    do {
        propose(corner);
        corner = outline.next(corner);
    } while (corner != outline.first());
    while (!heap.empty() && (budget == 0 || outline.size() < budget)) {
        std::pop_heap(heap.begin(), heap.end());
        const Dent dent = heap.back();
        heap.pop_back();
        if (dent.gain < smallest || dent.gain <= 0) break;
        if (!outline.dent(dent.corner, ring[dent.ring_index], dent.ring_index)) continue;
        propose(dent.corner);
        propose(outline.next(dent.corner));
    }
    return outline.corners();
}

// Spikes: what removing edges can leave, sides folded back round no art at all

// Cuts off every spike whose triangle with its neighbours holds nothing of the ring.
Corners trimmed(const Corners& corners, const Ring& ring, Rectangle image) {
    Outline outline(corners, image);
    int corner = outline.first();
    for (int left = outline.size(); left > 0; --left) {
        const int before = outline.previous(corner), after = outline.next(corner);
        const Point u = outline.at(before).point, t = outline.at(corner).point;
        const Point x = outline.at(after).point;
        const bool is_empty = turn(u, t, x) > 0 && is_spike(u, t, x) &&
                              ring.is_outside_triangle(u, t, x) && !ring.surrounds(u, t, x);
        const bool is_cut = is_empty && outline.cut(corner);
        left += is_cut ? 2 : 0;  // look again at the one before
        corner = is_cut ? before : after;
    }
    return outline.corners();
}

Corners bounding_box(const Ring& ring) {
    int left = 0, top = 0, right = 0, bottom = 0;  // ring points that reach farthest
    for (int i = 1; i < ring.size(); ++i) {
        if (ring[i].x < ring[left].x) left = i;
        if (ring[i].y < ring[top].y) top = i;
        if (ring[i].x > ring[right].x) right = i;
        if (ring[i].y > ring[bottom].y) bottom = i;
    }
    // Each corner stands for the ring between the sides that meet in it.
    return {{{ring[left].x, ring[top].y}, left, top},
            {{ring[right].x, ring[top].y}, top, right},
            {{ring[right].x, ring[bottom].y}, right, bottom},
            {{ring[left].x, ring[bottom].y}, bottom, left}};
}

// Ruin and recreate

// Does the edge after corner `i` touch only its two neighbours, and those only at its ends?
bool edge_is_simple(const Corners& corners, size_t i) {
    const size_t size = corners.size();
    const auto at = [&](size_t k) { return corners[k % size].point; };
    const Point a = at(i), b = at(i + 1);
    if (turn(a, b, at(i + 2)) == 0 && dot(b, a, at(i + 2)) > 0) return false;
    if (turn(b, a, at(i + size - 1)) == 0 && dot(a, b, at(i + size - 1)) > 0) return false;
    for (size_t k = i + 2; k + 1 < i + size; ++k)
        if (segments_touch(a, b, at(k), at(k + 1))) return false;
    return true;
}

// The polygon with `count` corners from `from` on replaced by the ring they stand for; empty where
// the ring cannot be reached from the corners on both sides.
Corners ruined(const Corners& corners, const Ring& ring, size_t from, size_t count) {
    const size_t size = corners.size();
    const auto at = [&](size_t i) -> const Corner& { return corners[i % size]; };
    Corners result = stretch(ring, at(from).first, at(from + count - 1).last);
    const size_t torn = result.size();
    if (!ring.is_outside_segment(at(from + size - 1).point, result.front().point) ||
        !ring.is_outside_segment(result.back().point, at(from + count).point))
        return {};
    for (size_t i = from + count; i < from + size; ++i) result.push_back(at(i));
    if (!edge_is_simple(result, torn - 1) || !edge_is_simple(result, result.size() - 1)) return {};
    return result;
}

// From the ring down, and from a box up

class Simplification {
public:
    Simplification(const std::vector<Point>& points, Rectangle image)
        : ring_(points, image), image_(image), hulls_(ring_) {}

    Corners run(const Wishes& wishes);

private:
    int enough_for(int budget) const;
    Corners within(int budget, const std::vector<Corners>& starts);
    Corners refined(const Corners& corners, int passes);
    Corners evened(const Corners& corners);

    Ring ring_;
    Rectangle image_;
    Hulls hulls_;
};

Corners Simplification::run(const Wishes& wishes) {
    Outline outline(stretch(ring_, 0, ring_.size() - 1), image_);
    int budget = wishes.budget;
    std::vector<Corners> starts;
    if (budget > 0) {
        if (budget <= kFew) {
            outline.collapse(kManyForFew, 0);
            starts.push_back(outline.corners());
        }
        const int more_than_enough = enough_for(budget) + budget / 2 + 4;
        if (wishes.refinement > 0 && more_than_enough <= kMost) {
            outline.collapse(more_than_enough, 0);
            starts.push_back(outline.corners());
        }
        outline.collapse(enough_for(budget), 0);
        starts.push_back(outline.corners());
    } else {
        // An eighth of the tolerance leaves about twice as many corners.
        outline.collapse(ring_.size(), wishes.tolerance / 8);
        starts.push_back(outline.corners());
        outline.collapse(ring_.size(), wishes.tolerance);
        budget = std::max(outline.size(), 4);
        if (int(starts[0].size()) > enough_for(budget)) starts[0] = outline.corners();
    }
    Corners corners = budget <= kMost ? within(budget, starts) : Corners();
    if (corners.empty()) {
        outline.collapse(budget, 0);
        corners = outline.size() <= budget ? outline.corners() : bounding_box(ring_);
    }
    corners = trimmed(corners, ring_, image_);
    if (wishes.smallest_dent > 0)
        corners = dented(corners, ring_, image_, wishes.smallest_dent, wishes.budget);
    assert(ContactPolygon(corners, ring_, image_, hulls_).is_valid());
    if (int(corners.size()) > kMost) return corners;
    corners = refined(corners, wishes.refinement);
    return wishes.has_inside ? evened(corners) : corners;
}

// How many corners are left for a contact polygon to choose from before it takes away the rest.
int Simplification::enough_for(int budget) const {
    return std::max(budget, std::min(3 * budget / 2 + 12 + std::min(ring_.size() / 64, 24), kMost));
}

// The smallest polygon found that has at most `budget` vertices; empty if there was none.
Corners Simplification::within(int budget, const std::vector<Corners>& starts) {
    Corners best;
    const auto offer = [&](ContactPolygon polygon) {
        polygon.sweep();
        polygon.reduce(budget);
        polygon.sweep();
        polygon.move_notches();
        polygon.sweep();
        if (polygon.size() > budget || !polygon.is_valid()) return;
        const Corners corners = polygon.corners();
        if (best.empty() || doubled_area(corners) < doubled_area(best)) best = corners;
    };
    for (const Corners& start : starts) offer({start, ring_, image_, hulls_});
    if (budget <= kFew || best.empty()) {
        ContactPolygon from_box(bounding_box(ring_), ring_, image_, hulls_);
        from_box.sweep();
        from_box.grow(budget);
        offer(from_box);
    }
    return best;
}

// Tears out every stretch of vertices in turn and lays it anew; keeps what came out smaller.
Corners Simplification::refined(const Corners& corners, int passes) {
    if (passes == 0) return corners;
    const int budget = int(corners.size());
    ContactPolygon best(corners, ring_, image_, hulls_);
    best.sweep();
    if (!best.is_valid()) return corners;
    for (int pass = 0; pass < passes; ++pass)
        for (const int window : kWindows)
            for (int from = 0; from < best.size() && window + 2 < best.size(); ++from) {
                const Corners torn = ruined(best.corners(), ring_, size_t(from), size_t(window));
                if (torn.empty()) continue;
                Outline outline(torn, image_);
                outline.collapse(budget + 2 + pass % 2, 0);
                ContactPolygon polygon(outline.corners(), ring_, image_, hulls_);
                if (!polygon.is_valid()) continue;  // ring points can be too near to vertices that stay
                polygon.settle_like(best);
                polygon.sweep();
                polygon.reduce(budget);
                polygon.sweep();
                if (polygon.size() <= budget && polygon.doubled_area() < best.doubled_area() && polygon.is_valid())
                    best = polygon;
            }
    return best.corners();
}

// Without short edges, for a little area.
Corners Simplification::evened(const Corners& corners) {
    ContactPolygon polygon(corners, ring_, image_, hulls_);
    polygon.drop_short_edges(int64_t(double(doubled_area(corners)) * kEveningShare));
    return polygon.is_valid() ? polygon.corners() : corners;
}

}  // namespace

std::vector<Point> simplify(const std::vector<Point>& ring, Rectangle image, const Wishes& wishes) {
    std::vector<Point> polygon = points_of(Simplification(ring, image).run(wishes));
    // From the topmost corner on, so that a small change of the art is a small change of the mesh.
    std::rotate(polygon.begin(), std::min_element(polygon.begin(), polygon.end(), is_above), polygon.end());
    return polygon;
}

}  // namespace spinelift
