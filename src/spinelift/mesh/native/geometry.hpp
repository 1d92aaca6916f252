// Exact planar geometry on grid points (1/64 px, see mesh/types.py).
//
// Image coordinates: x right, y DOWN. A positive turn is clockwise on screen, so the inside of a
// ring lies to the RIGHT of its edges and its shoelace area is positive.
//
// Coordinates stay below 2^22 in magnitude (16384 px x 64, and a margin of one image around it),
// so that every product of two differences fits 64 bits and no predicate ever rounds.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace spinelift {

constexpr int32_t kGrid = 64;  // grid units in a pixel

using int128 = __int128;

struct Point {
    int32_t x, y;
    friend bool operator==(Point a, Point b) { return a.x == b.x && a.y == b.y; }
    friend bool operator!=(Point a, Point b) { return !(a == b); }
};

struct Rectangle {
    int32_t left, top, right, bottom;
    bool contains(Point p) const {
        return left <= p.x && p.x <= right && top <= p.y && p.y <= bottom;
    }
};

// Twice the area of the triangle abc; positive where a -> b -> c turns clockwise on screen.
inline int64_t turn(Point a, Point b, Point c) {
    return int64_t(b.x - a.x) * (c.y - a.y) - int64_t(b.y - a.y) * (c.x - a.x);
}

inline int64_t dot(Point origin, Point a, Point b) {
    return int64_t(a.x - origin.x) * (b.x - origin.x) + int64_t(a.y - origin.y) * (b.y - origin.y);
}

inline int64_t squared_distance(Point a, Point b) {
    const int64_t dx = a.x - b.x, dy = a.y - b.y;
    return dx * dx + dy * dy;
}

inline int sign(int64_t value) { return (value > 0) - (value < 0); }

inline bool in_box(Point p, Point a, Point b) {
    return std::min(a.x, b.x) <= p.x && p.x <= std::max(a.x, b.x) &&
           std::min(a.y, b.y) <= p.y && p.y <= std::max(a.y, b.y);
}

// Do the closed segments ab and cd share a point?
inline bool segments_touch(Point a, Point b, Point c, Point d) {
    if (std::max(a.x, b.x) < std::min(c.x, d.x) || std::max(c.x, d.x) < std::min(a.x, b.x) ||
        std::max(a.y, b.y) < std::min(c.y, d.y) || std::max(c.y, d.y) < std::min(a.y, b.y))
        return false;
    const int c_side = sign(turn(a, b, c)), d_side = sign(turn(a, b, d));
    const int a_side = sign(turn(c, d, a)), b_side = sign(turn(c, d, b));
    if (c_side * d_side < 0 && a_side * b_side < 0) return true;
    return (c_side == 0 && in_box(c, a, b)) || (d_side == 0 && in_box(d, a, b)) ||
           (a_side == 0 && in_box(a, c, d)) || (b_side == 0 && in_box(b, c, d));
}

// Does the direction origin -> p lie in the closed wedge swept from origin -> from to
// origin -> to, turning counter-clockwise on screen by less than half a turn?
inline bool in_wedge(Point origin, Point from, Point to, Point p) {
    if (turn(origin, from, to) == 0) return turn(origin, from, p) == 0 && dot(origin, from, p) > 0;
    return turn(origin, from, p) <= 0 && turn(origin, to, p) >= 0;
}

// Does the segment ab enter the OPEN triangle pqr (clockwise)? By separating axes.
inline bool segment_enters_triangle(Point a, Point b, Point p, Point q, Point r) {
    if (turn(p, q, a) <= 0 && turn(p, q, b) <= 0) return false;
    if (turn(q, r, a) <= 0 && turn(q, r, b) <= 0) return false;
    if (turn(r, p, a) <= 0 && turn(r, p, b) <= 0) return false;
    const int64_t sp = turn(a, b, p), sq = turn(a, b, q), sr = turn(a, b, r);
    return !((sp >= 0 && sq >= 0 && sr >= 0) || (sp <= 0 && sq <= 0 && sr <= 0));
}

// Do the two sides of a convex corner fold back on each other, at less than about a degree?
inline bool is_spike(Point u, Point corner, Point x) {
    const int64_t along = dot(corner, u, x);
    return along > 0 && turn(u, corner, x) * 50 < along;
}

// Twice the shoelace area; positive for a ring that runs clockwise on screen.
inline int64_t doubled_area(const std::vector<Point>& ring) {
    int64_t sum = 0;
    for (size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++)
        sum += int64_t(ring[j].x) * ring[i].y - int64_t(ring[i].x) * ring[j].y;
    return sum;
}

inline int64_t floor_division(int128 a, int128 b) {
    const int128 quotient = a / b;
    return int64_t(quotient - ((a % b != 0) && ((a < 0) != (b < 0))));
}

}  // namespace spinelift
