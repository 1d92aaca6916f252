#include "ring.hpp"

namespace spinelift {

Ring::Ring(const std::vector<Point>& points, Rectangle image)
    : size_(int(points.size())), twice_(points), grid_(image, points.size()) {
    twice_.insert(twice_.end(), points.begin(), points.end());
    for (size_t first = 0; first + kStretch < twice_.size(); first += kStretch) {
        Rectangle box = {twice_[first].x, twice_[first].y, twice_[first].x, twice_[first].y};
        for (size_t i = first + 1; i <= first + kStretch; ++i) {
            box.left = std::min(box.left, twice_[i].x), box.right = std::max(box.right, twice_[i].x);
            box.top = std::min(box.top, twice_[i].y), box.bottom = std::max(box.bottom, twice_[i].y);
        }
        boxes_.push_back(box);
    }
    for (int i = 0; i < size_; ++i) grid_.insert({i, next(i)}, twice_[size_t(i)], twice_[size_t(i + 1)]);
}

// Is the whole stretch on the outer side of the line ab, or the whole on the other?
bool Ring::is_beside(int stretch, Point a, Point b, bool is_outside) const {
    const Rectangle& box = boxes_[size_t(stretch)];
    const bool looks_right = (b.x > a.x) != is_outside, looks_down = (b.y > a.y) != is_outside;
    // Of the box's corners, the one nearest to the other side, or farthest there.
    const Point corner = {looks_down ? box.right : box.left, looks_right ? box.top : box.bottom};
    return (turn(a, b, corner) < 0) == is_outside;
}

bool Ring::is_outside_triangle(Point a, Point b, Point c) const {
    const auto stays_out = [&](EdgeGrid::Edge edge) {
        return !segment_enters_triangle((*this)[edge.start], (*this)[edge.end], a, b, c);
    };
    // Whatever is inside without crossing a side of the triangle has crossed none, so that the
    // whole ring would be inside: asking near the sides is enough.
    return all_near(a, b, stays_out) && all_near(b, c, stays_out) && all_near(c, a, stays_out);
}

// Asks for the centroid.
bool Ring::surrounds(Point a, Point b, Point c) const {
    const int64_t x = int64_t(a.x) + b.x + c.x, y = int64_t(a.y) + b.y + c.y;  // thrice
    bool is_inside = false;
    for (int i = 0; i < size(); ++i) {
        const Point p = (*this)[i], q = (*this)[next(i)];
        if ((3 * int64_t(p.y) > y) == (3 * int64_t(q.y) > y)) continue;
        const int128 side = int128(q.x - p.x) * (y - 3 * int64_t(p.y)) -
                            int128(q.y - p.y) * (x - 3 * int64_t(p.x));
        if ((side > 0) == (q.y > p.y)) is_inside = !is_inside;
    }
    return is_inside;
}

bool Ring::is_outside_segment(Point a, Point b) const {
    return all_near(a, b, [&](EdgeGrid::Edge edge) {
        const Point c = (*this)[edge.start], d = (*this)[edge.end];
        if (c == a || c == b || d == a || d == b) {
            const int shared = (c == a || c == b) ? edge.start : edge.end;
            const Point corner = (*this)[shared], other = corner == a ? b : a;
            const Point far = shared == edge.start ? d : c;
            const bool overlaps = turn(corner, other, far) == 0 && dot(corner, other, far) > 0;
            return !overlaps && !is_inward(shared, other);
        }
        return !segments_touch(a, b, c, d);
    });
}

// Does the direction from ring point i to p lead into the ring?
bool Ring::is_inward(int i, Point p) const {
    const Point at = (*this)[i], after = (*this)[next(i)], before = (*this)[previous(i)];
    const bool right_of_next = turn(at, after, p) > 0, left_of_previous = turn(at, before, p) < 0;
    return turn(before, at, after) > 0 ? right_of_next && left_of_previous
                                       : right_of_next || left_of_previous;
}

}  // namespace spinelift
