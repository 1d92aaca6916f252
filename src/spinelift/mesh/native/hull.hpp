// The convex hull of a stretch of the ring.
#pragma once

#include <array>

#include "ring.hpp"

namespace spinelift {

struct HullPoint {
    Point point;
    int index;  // in the ring
};

// Clockwise, without collinear points; one or two points where there are no more.
using Hull = std::vector<HullPoint>;

// The hulls of stretches of one ring. Remembers some of the last: most are asked for again.
class Hulls {
public:
    explicit Hulls(const Ring& ring) : ring_(ring), deque_(size_t(2 * ring.size() + 2)) {}

    // From ring point `first` to ring point `last`. Good until the next is asked for.
    const Hull& between(int first, int last);

private:
    static constexpr size_t kRemembered = 128;
    struct Remembered {
        int first = -1, last = -1;
        Hull hull;
    };

    void build(int first, int last, Hull& hull);

    const Ring& ring_;
    std::array<Remembered, kRemembered> remembered_;
    Hull deque_;  // to build in; it grows both ways from the middle
};

}  // namespace spinelift
