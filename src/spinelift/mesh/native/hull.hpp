// The convex hull of a stretch of the ring.
#pragma once

#include "ring.hpp"

namespace spinelift {

struct HullPoint {
    Point point;
    int index;  // in the ring
};

// Clockwise, without collinear points; one or two points where there are no more. Melkman's
// algorithm (1987): linear, because a stretch of the ring does not cross itself.
class Hull {
public:
    void build(const Ring& ring, int first, int last);

    const HullPoint* begin() const { return points_.data() + bottom_; }
    const HullPoint* end() const { return points_.data() + top_; }
    int size() const { return top_ - bottom_; }

private:
    std::vector<HullPoint> points_;  // a deque that grows both ways from the middle
    int bottom_ = 0, top_ = 0;       // the last point stands at both ends while it is built
};

}  // namespace spinelift
