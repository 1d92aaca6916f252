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

    // Calls visit(start, end) for every edge, of `steps` from point `first` on, that has one end on the
    // outer side of the line ab, strictly, and one not; until it returns false.
    template <class Visit>
    bool all_crossing(Point a, Point b, int first, int steps, Visit visit) const {
        bool is_outside = turn(a, b, (*this)[first]) < 0;
        for (int i = first; i < first + steps; ++i) {
            if (i % kStretch == 0)  // most of the ring is on one side
                while (i + kStretch <= first + steps && is_beside(i / kStretch, a, b, is_outside)) i += kStretch;
            if (i == first + steps) break;
            const bool was_outside = is_outside;
            is_outside = turn(a, b, twice_[size_t(i + 1)]) < 0;
            if (is_outside != was_outside && !visit(twice_[size_t(i)], twice_[size_t(i + 1)])) return false;
        }
        return true;
    }

    // Does no edge of the ring enter the open triangle?
    bool is_outside_triangle(Point a, Point b, Point c) const;

    // Is the triangle, which no edge of the ring enters, inside the ring?
    bool surrounds(Point a, Point b, Point c) const;

    // Does the segment touch the ring nowhere but where its ends are ring points, and leave
    // those on the ring's outer side?
    bool is_outside_segment(Point a, Point b) const;

private:
    static constexpr int kStretch = 16;

    bool is_beside(int stretch, Point a, Point b, bool is_outside) const;
    bool is_inward(int i, Point p) const;

    int size_;
    std::vector<Point> twice_;
    std::vector<Rectangle> boxes_;  // round every 16 edges of that
    mutable EdgeGrid grid_;  // forgets dead edges while it is asked, and here none die
};

}  // namespace spinelift
