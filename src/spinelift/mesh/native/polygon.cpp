#include "polygon.hpp"

#include <numeric>

namespace spinelift {
namespace {

constexpr int kFew = 24;  // corners: down to so few, what was taken away early often shows later, and
                          // building up is tried as well
constexpr int kDentCandidates = 48;  // deepest ring points tried for a dent
constexpr size_t kMostRefined = 400;  // corners: a pass takes time with the square of their number
constexpr int kWindows[] = {2, 4};   // corners torn out at once by a refinement pass

using Corners = std::vector<Corner>;

std::vector<Point> points_of(const Corners& corners) {
    std::vector<Point> points;
    points.reserve(corners.size());
    for (const Corner& corner : corners) points.push_back(corner.point);
    return points;
}

int64_t doubled_area(const Corners& corners) { return doubled_area(points_of(corners)); }

// The traced ring itself: what must be inside.
class TracedRing {
public:
    TracedRing(const std::vector<Point>& points, Rectangle image)
        : points_(points), grid_(image, points.size()) {
        for (int i = 0; i < size(); ++i) grid_.insert({i, after(i)}, points_[i], points_[after(i)]);
    }

    int size() const { return int(points_.size()); }
    int after(int i) const { return i + 1 < size() ? i + 1 : 0; }
    int before(int i) const { return i > 0 ? i - 1 : size() - 1; }
    Point operator[](int i) const { return points_[i]; }

    // The ring from index `first` to index `last`, both included, as corners.
    Corners stretch(int first, int last) const {
        Corners corners;
        for (int i = first;; i = after(i)) {
            corners.push_back({points_[i], i, i});
            if (i == last) return corners;
        }
    }

    // Does no edge of the ring enter the open triangle?
    bool is_outside_triangle(Point a, Point b, Point c) {
        const auto stays_out = [&](EdgeGrid::Edge edge) {
            return !segment_enters_triangle(points_[edge.start], points_[edge.end], a, b, c);
        };
        // Whatever is inside without crossing a side of the triangle has crossed none, so that the
        // whole ring would be inside: asking near the sides is enough.
        return all_near(a, b, stays_out) && all_near(b, c, stays_out) && all_near(c, a, stays_out);
    }

    // Is the triangle, which no edge of the ring enters, inside the ring? Asks for its centroid.
    bool surrounds(Point a, Point b, Point c) const {
        const int64_t x = int64_t(a.x) + b.x + c.x, y = int64_t(a.y) + b.y + c.y;  // thrice
        bool is_inside = false;
        for (int i = 0; i < size(); ++i) {
            const Point p = points_[i], q = points_[after(i)];
            if ((3 * int64_t(p.y) > y) == (3 * int64_t(q.y) > y)) continue;
            const int128 side = int128(q.x - p.x) * (y - 3 * int64_t(p.y)) -
                                int128(q.y - p.y) * (x - 3 * int64_t(p.x));
            if ((side > 0) == (q.y > p.y)) is_inside = !is_inside;
        }
        return is_inside;
    }

    // Does the segment touch the ring nowhere but where its ends are ring points, and leave
    // those on the ring's outer side?
    bool is_outside_segment(Point a, Point b) {
        return all_near(a, b, [&](EdgeGrid::Edge edge) {
            const Point c = points_[edge.start], d = points_[edge.end];
            if (c == a || c == b || d == a || d == b) {
                const int shared = (c == a || c == b) ? edge.start : edge.end;
                const Point other = points_[shared] == a ? b : a;
                const Point far = shared == edge.start ? d : c;
                const bool overlaps = turn(points_[shared], other, far) == 0 &&
                                      dot(points_[shared], other, far) > 0;
                return !overlaps && !is_inward(shared, other);
            }
            return !segments_touch(a, b, c, d);
        });
    }

private:
    template <class Visit>
    bool all_near(Point a, Point b, Visit visit) {
        return grid_.all_near(a, b, 0, [](EdgeGrid::Edge) { return true; }, visit);
    }

    // Does the direction from ring point i to p lead into the ring?
    bool is_inward(int i, Point p) const {
        const Point at = points_[i], next = points_[after(i)], previous = points_[before(i)];
        const bool right_of_next = turn(at, next, p) > 0, left_of_previous = turn(at, previous, p) < 0;
        return turn(previous, at, next) > 0 ? right_of_next && left_of_previous
                                            : right_of_next || left_of_previous;
    }

    std::vector<Point> points_;
    EdgeGrid grid_;
};

bool is_above(Point a, Point b) { return a.y != b.y ? a.y < b.y : a.x < b.x; }

// ---- dents: the opposite of removing a reflex corner -------------------------------------------

struct Dent {
    int64_t gain;  // twice the area that it saves
    int corner, ring_index;
    friend bool operator<(const Dent& a, const Dent& b) {
        return a.gain != b.gain ? a.gain < b.gain : a.corner > b.corner;
    }
};

// The ring point that saves most when the edge after `corner` is pulled in to it.
Dent best_dent(const Outline& outline, TracedRing& ring, int corner) {
    const Corner& from = outline.at(corner);
    const Corner& to = outline.at(outline.next(corner));
    std::vector<Dent> candidates;
    for (int i = from.last; i != to.first; i = ring.after(i))
        candidates.push_back({turn(from.point, to.point, ring[i]), corner, i});
    const size_t tried = std::min<size_t>(candidates.size(), kDentCandidates);
    std::partial_sort(candidates.begin(), candidates.begin() + tried, candidates.end(),
                      [](const Dent& a, const Dent& b) {
                          return a.gain != b.gain ? a.gain > b.gain : a.ring_index < b.ring_index;
                      });
    for (size_t i = 0; i < tried && candidates[i].gain > 0; ++i)
        if (ring.is_outside_triangle(from.point, to.point, ring[candidates[i].ring_index]))
            return candidates[i];
    return {0, corner, 0};
}

// Gives back the most useful dents, best first, while one saves `smallest` and the budget allows.
Corners dented(const Corners& corners, TracedRing& ring, Rectangle image, int64_t smallest,
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

// ---- spikes: what removing edges can leave, sides folded back round no art at all ----------------

// Cuts off every spike whose triangle with its neighbours holds nothing of the ring.
Corners trimmed(const Corners& corners, TracedRing& ring, Rectangle image) {
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

// ---- top down: for small budgets, and those that taking away cannot reach -----------------------

// Andrew's monotone chain, clockwise on screen, without collinear points.
Corners convex_hull(const TracedRing& ring) {
    std::vector<int> order(ring.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](int a, int b) {
        const Point p = ring[a], q = ring[b];
        return p.x != q.x ? p.x < q.x : p.y < q.y;
    });
    Corners hull;
    const auto extend = [&](int i, size_t base) {
        while (hull.size() >= base + 2 &&
               turn(hull[hull.size() - 2].point, hull.back().point, ring[i]) <= 0)
            hull.pop_back();
        hull.push_back({ring[i], i, i});
    };
    for (const int i : order) extend(i, 0);
    const size_t base = hull.size() - 1;
    for (auto i = order.rbegin() + 1; i != order.rend(); ++i) extend(*i, base);
    hull.pop_back();
    return hull;
}

// Cuts a convex polygon down to the image. New corners are rounded along the border, outward.
Corners clipped(const Corners& polygon, Rectangle image) {
    Corners result = polygon;
    for (int side = 0; side < 4; ++side) {
        const bool is_vertical = side % 2 == 0;
        const int32_t limit = side == 0   ? image.left
                              : side == 1 ? image.top
                              : side == 2 ? image.right
                                          : image.bottom;
        const auto is_beyond = [&](Point p) {
            const int32_t value = is_vertical ? p.x : p.y;
            return side < 2 ? value < limit : value > limit;
        };
        const auto crossing = [&](Point a, Point b) {
            const int64_t run = is_vertical ? b.x - a.x : b.y - a.y;
            const int64_t rise = is_vertical ? b.y - a.y : b.x - a.x;
            const int64_t walked = limit - (is_vertical ? a.x : a.y);
            const int64_t floor = (is_vertical ? a.y : a.x) + floor_division(int128(rise) * walked, run);
            Point p = is_vertical ? Point{limit, int32_t(floor)} : Point{int32_t(floor), limit};
            if (turn(a, b, p) > 0) (is_vertical ? p.y : p.x) += 1;  // outward
            return p;
        };
        Corners kept;
        for (size_t i = 0; i < result.size(); ++i) {
            const Corner& a = result[i];
            const Corner& b = result[(i + 1) % result.size()];
            if (!is_beyond(a.point)) kept.push_back(a);
            if (is_beyond(a.point) == is_beyond(b.point)) continue;
            const int facing = is_beyond(a.point) ? a.last : b.first;
            kept.push_back({crossing(a.point, b.point), facing, facing});
        }
        result = kept;
    }
    return result;
}

bool has_near_points(const Corners& corners) {
    for (size_t i = 0; i < corners.size(); ++i)
        for (size_t j = 0; j < i; ++j)
            if (squared_distance(corners[i].point, corners[j].point) < kNearest * kNearest) return true;
    return false;
}

bool is_convex_inside(const Corners& corners, Rectangle image) {
    for (size_t i = 0; i < corners.size(); ++i) {
        const Point a = corners[i].point, b = corners[(i + 1) % corners.size()].point;
        if (!image.contains(a) || turn(a, b, corners[(i + 2) % corners.size()].point) <= 0) return false;
    }
    return true;
}

Corners bounding_box(const TracedRing& ring) {
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

// The smallest convex polygon found that has at most `budget` corners, then the best dents.
// Edges of the convex hull are taken away with no regard to the image, and what then leaves the
// image is cut off; the bounding box, always possible, is where nothing better fits.
Corners top_down(TracedRing& ring, Rectangle image, int budget) {
    const int32_t width = image.right - image.left, height = image.bottom - image.top;
    const Rectangle wide = {image.left - width, image.top - height, image.right + width,
                            image.bottom + height};
    Corners best = bounding_box(ring);
    Outline outline(convex_hull(ring), wide);
    for (int corners = budget; corners >= 4; --corners) {
        outline.collapse(corners, 0);
        const Corners candidate = clipped(outline.corners(), image);
        if (int(candidate.size()) <= budget && is_convex_inside(candidate, image) &&
            !has_near_points(candidate) && doubled_area(candidate) < doubled_area(best))
            best = candidate;
    }
    return int(best.size()) < budget ? dented(best, ring, image, 1, budget) : best;
}

// ---- ruin and recreate ------------------------------------------------------------------------

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
Corners ruined(const Corners& corners, TracedRing& ring, size_t from, size_t count) {
    const size_t size = corners.size();
    const auto at = [&](size_t i) -> const Corner& { return corners[i % size]; };
    Corners result = ring.stretch(at(from).first, at(from + count - 1).last);
    const size_t stretch = result.size();
    if (!ring.is_outside_segment(at(from + size - 1).point, result.front().point) ||
        !ring.is_outside_segment(result.back().point, at(from + count).point))
        return {};
    for (size_t i = from + count; i < from + size; ++i) result.push_back(at(i));
    if (!edge_is_simple(result, stretch - 1) || !edge_is_simple(result, result.size() - 1)) return {};
    return result;
}

// Tears out every stretch of corners in turn and collapses it anew; keeps what came out smaller.
Corners refined(Corners corners, TracedRing& ring, Rectangle image) {
    for (const int window : kWindows) {
        for (size_t from = 0; from < corners.size() && size_t(window) + 2 < corners.size(); ++from) {
            const Corners torn = ruined(corners, ring, from, size_t(window));
            if (torn.empty()) continue;
            Outline outline(torn, image);
            outline.collapse(int(corners.size()), 0);
            const Corners candidate = outline.corners();
            if (candidate.size() <= corners.size() && !has_near_points(candidate) &&
                doubled_area(candidate) < doubled_area(corners))
                corners = candidate;
        }
    }
    return corners;
}

}  // namespace

std::vector<Point> simplify(const std::vector<Point>& points, Rectangle image, const Wishes& wishes) {
    TracedRing ring(points, image);
    Outline outline(ring.stretch(0, ring.size() - 1), image);
    outline.collapse(wishes.budget > 0 ? wishes.budget : ring.size(), wishes.tolerance);
    Corners corners = outline.corners();
    const bool is_over = wishes.budget > 0 && int(corners.size()) > wishes.budget;
    if (is_over || (wishes.budget > 0 && wishes.budget <= kFew)) {
        const Corners other = top_down(ring, image, wishes.budget);
        if (is_over || doubled_area(other) < doubled_area(corners)) corners = other;
    }
    corners = trimmed(corners, ring, image);
    if (wishes.smallest_dent > 0)
        corners = dented(corners, ring, image, wishes.smallest_dent, wishes.budget);
    for (int pass = 0; pass < wishes.refinement && corners.size() <= kMostRefined; ++pass)
        corners = refined(corners, ring, image);
    std::vector<Point> polygon = points_of(corners);
    // From the topmost corner on, so that a small change of the art is a small change of the mesh.
    std::rotate(polygon.begin(), std::min_element(polygon.begin(), polygon.end(), is_above), polygon.end());
    return polygon;
}

std::vector<Point> split(const std::vector<Point>& polygon, Rectangle image, int64_t spacing) {
    Corners corners;
    for (const Point p : polygon) corners.push_back({p, 0, 0});
    Outline outline(corners, image);
    outline.split_edges(spacing);
    return points_of(outline.corners());
}

}  // namespace spinelift
