#include "hull.hpp"

namespace spinelift {

const Hull& Hulls::between(int first, int last) {
    Remembered& remembered = remembered_[(size_t(first) * 31 + size_t(last)) % kRemembered];
    if (remembered.first != first || remembered.last != last) {
        remembered.first = first, remembered.last = last;
        build(first, last, remembered.hull);
    }
    return remembered.hull;
}

// Melkman's algorithm (1987): linear, because a stretch of the ring does not cross itself.
void Hulls::build(int first, int last, Hull& hull) {
    const int count = ring_.steps(first, last) + 1;
    const Point* chain = ring_.from(first);
    const auto hull_point = [&](int i) { return HullPoint{chain[i], ring_.at(first, i)}; };
    // The first two points, and after them the first that is not on their line.
    int second = count > 1 ? 1 : 0, third = second + 1;
    for (; third < count; ++third) {
        if (turn(chain[0], chain[second], chain[third]) != 0) break;
        second = third;  // a traced ring has no spikes: what is collinear goes on straight
    }
    if (third >= count) {
        hull = {hull_point(0)};
        if (second > 0) hull.push_back(hull_point(second));
        return;
    }
    const bool is_clockwise = turn(chain[0], chain[second], chain[third]) > 0;
    HullPoint* bottom = deque_.data() + count - 1;  // the last point added stands at both ends
    HullPoint* top = bottom + 3;
    bottom[0] = top[0] = hull_point(third);
    bottom[1] = hull_point(is_clockwise ? 0 : second);
    bottom[2] = hull_point(is_clockwise ? second : 0);
    for (int i = third + 1; i < count; ++i) {
        const Point p = chain[i];
        if (turn(bottom[0].point, bottom[1].point, p) >= 0 && turn(top[-1].point, top[0].point, p) >= 0)
            continue;  // inside
        while (turn(top[-1].point, top[0].point, p) <= 0) --top;
        while (turn(p, bottom[0].point, bottom[1].point) <= 0) ++bottom;
        *++top = *--bottom = hull_point(i);
    }
    hull.assign(bottom, top);
}

}  // namespace spinelift
