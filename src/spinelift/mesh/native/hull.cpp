#include "hull.hpp"

namespace spinelift {

void Hull::build(const Ring& ring, int first, int last) {
    const int count = ring.steps(first, last) + 1;
    const Point* chain = ring.from(first);
    if (points_.size() < size_t(2 * count + 2)) points_.resize(size_t(2 * count + 2));
    const auto hull_point = [&](int i) { return HullPoint{chain[i], ring.at(first, i)}; };
    // The first two points, and after them the first that is not on their line.
    int second = count > 1 ? 1 : 0, third = second + 1;
    for (; third < count; ++third) {
        if (turn(chain[0], chain[second], chain[third]) != 0) break;
        second = third;  // a traced ring has no spikes: what is collinear goes on straight
    }
    bottom_ = count - 1, top_ = bottom_;
    if (third >= count) {
        points_[size_t(top_++)] = hull_point(0);
        if (second > 0) points_[size_t(top_++)] = hull_point(second);
        return;
    }
    const bool is_clockwise = turn(chain[0], chain[second], chain[third]) > 0;
    points_[size_t(bottom_)] = hull_point(third);
    points_[size_t(bottom_ + 1)] = hull_point(is_clockwise ? 0 : second);
    points_[size_t(bottom_ + 2)] = hull_point(is_clockwise ? second : 0);
    points_[size_t(bottom_ + 3)] = hull_point(third);
    top_ = bottom_ + 3;
    const auto at = [&](int i) { return points_[size_t(i)].point; };
    for (int i = third + 1; i < count; ++i) {
        const Point p = chain[i];
        if (turn(at(bottom_), at(bottom_ + 1), p) >= 0 && turn(at(top_ - 1), at(top_), p) >= 0)
            continue;  // inside
        while (turn(at(top_ - 1), at(top_), p) <= 0) --top_;
        points_[size_t(++top_)] = hull_point(i);
        while (turn(p, at(bottom_), at(bottom_ + 1)) <= 0) ++bottom_;
        points_[size_t(--bottom_)] = hull_point(i);
    }
}

}  // namespace spinelift
