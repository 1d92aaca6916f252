// Where an edge could go between the lines of its two neighbours, with a stretch of the ring to pass.
#pragma once

#include <array>

#include "hull.hpp"

namespace spinelift {

// The edge start -> end. Its ends slide along the lines before -> start and end -> after.
struct Joint {
    Point before, start, end, after;
    Point behind, ahead;  // what the neighbours lean on: the edge stays between the two
    bool start_is_convex, end_is_convex;
};

struct Placement {
    Point start, end;
    int contact;   // the ring point that the edge then leans on
    int64_t gain;  // twice the area that it saves
};

// Proposes places for the edge, those that save most first. Every placement lies on the grid and in
// the image, has the hull on its inner side and corners that are as convex or reflex as they were.
// What else is in the way, the caller must ask.
class EdgeSlide {
public:
    // Only what saves at least `least` is proposed.
    EdgeSlide(const Joint& joint, const Hull& hull, Rectangle image, int64_t least);

    // False when there are no more.
    bool next(Placement& placement);

private:
    struct Vector {
        double x, y;
    };
    struct Proposal {
        double gain;
        double start, end;   // where on the two lines: 0 is their first point, 1 their second
        bool is_from_start;  // which of the two is laid on the grid first
    };
    static constexpr int kMost = 4;

    static Vector between(Point a, Point b) { return {double(b.x) - a.x, double(b.y) - a.y}; }
    static Vector between(Vector a, Point b) { return {b.x - a.x, b.y - a.y}; }
    static double cross(Vector a, Vector b) { return a.x * b.y - a.y * b.x; }
    static double dot(Vector a, Vector b) { return a.x * b.x + a.y * b.y; }

    Vector on_start_line(double at) const;
    Vector on_end_line(double at) const;
    bool turns_into(Vector direction) const;
    bool turns_out_of(Vector direction) const;
    bool is_near_image(Vector p) const;

    void propose_flush_with(Point a, Point b);
    void propose_middle(Point at, Point previous, Point next);
    void propose_from_start(double at);
    void propose_from_end(double at);
    void propose(double start, double end, Vector direction, bool is_from_start);

    bool is_start(Point p) const;
    bool is_end(Point p) const;
    Placement laid(const Proposal& proposal) const;
    const HullPoint* tangent(Point p, int side) const;
    void take_if_better(Placement placement, Placement& best) const;

    Joint joint_;
    const Hull& hull_;
    Rectangle image_;
    int64_t least_;
    Vector start_line_, edge_, end_line_;
    double first_, last_;  // how far the ends may slide back on the one line and forward on the other
    int64_t area_;         // twice, of before, start, end, after
    std::array<Proposal, kMost> proposals_;
    int count_ = 0, given_ = 0;
};

}  // namespace spinelift
