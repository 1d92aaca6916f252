// The traced ring: what a polygon must contain. Its points are numbered clockwise, cyclically.
#pragma once

#include "edge_grid.hpp"

namespace spinelift {

class Ring {
public:
    // Four points or more, inside `image`.
    Ring(const std::vector<Point>& points, Rectangle image);

    int size() const { return size_; }
    int next(int i) const { return i + 1 < size_ ? i + 1 : 0; }
    int previous(int i) const { return i > 0 ? i - 1 : size_ - 1; }
    Point operator[](int i) const { return twice_[size_t(i)]; }

    // How many steps it takes from point `from` forward to point `to`, and where less than a round of
    // steps leads.
    int steps(int from, int to) const { return to >= from ? to - from : to - from + size_; }
    int at(int from, int steps) const {
        const int i = from + steps;
        return i < size_ ? i : i - size_;
    }

    // The points from number `i` on, in one piece of memory: a whole round of them.
    const Point* from(int i) const { return twice_.data() + i; }

    // Calls visit(start, end) for every edge that may touch the segment ab, until it returns false.
    template <class Visit>
    bool all_near(Point a, Point b, Visit visit) const {
        return grid_.all_near(a, b, 0, [](EdgeGrid::Edge) { return true; }, visit);
    }

    // Does no edge of the ring enter the open triangle?
    bool is_outside_triangle(Point a, Point b, Point c) const;

    // Is the triangle, which no edge of the ring enters, inside the ring?
    bool surrounds(Point a, Point b, Point c) const;

    // Does the segment touch the ring nowhere but where its ends are ring points, and leave
    // those on the ring's outer side?
    bool is_outside_segment(Point a, Point b) const;

private:
    bool is_inward(int i, Point p) const;

    int size_;
    std::vector<Point> twice_;
    mutable EdgeGrid grid_;  // forgets dead edges while it is asked, and here none die
};

}  // namespace spinelift
