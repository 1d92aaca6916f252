// Constrained Delaunay triangulation of a simple polygon with points inside, in exact arithmetic.
#pragma once

#include <array>

#include "geometry.hpp"

namespace spinelift {

using Corners3 = std::array<int32_t, 3>;

// Points can be added one by one, and taken back if they were added on trial.
class Triangulation {
public:
    struct Triangle {
        Corners3 corners;     // points, clockwise
        Corners3 neighbours;  // [i] is across the edge from corner i to corner i + 1; -1 is outside
    };

    // Of the polygon alone, which runs clockwise on screen. Has no triangles where it is not simple.
    explicit Triangulation(const std::vector<Point>& polygon);

    const std::vector<Point>& points() const { return points_; }
    const std::vector<Triangle>& triangles() const { return triangles_; }
    Point at(int triangle, int corner) const {
        return points_[triangles_[triangle].corners[corner % 3]];
    }
    bool is_hull_edge(int triangle, int edge) const { return triangles_[triangle].neighbours[edge] < 0; }
    // The point after this one along the polygon, which new points may have joined; -1 inside.
    int next_on_hull(int point) const { return next_on_hull_[point]; }

    // Adds a point inside, looked for from triangle `near` on. False where it is on the polygon, or
    // the straight way to it leaves the polygon.
    bool insert(Point point, int near);

    // Adds a point to the polygon between the ends of a triangle's hull edge: on it, or so little
    // outside of it that nothing else of the polygon is in between.
    bool split_hull_edge(int triangle, int edge, Point point);

    // What is added from now on can be taken back. Afterwards `changed` names the triangles that
    // are not what they were; those from `kept` on are new.
    void begin_trial();
    void take_back();
    void end_trial() { is_trying_ = false; }
    const std::vector<int>& changed() const { return changed_; }
    int kept() const { return kept_triangles_; }

private:
    struct Quadrilateral {
        int a, b, c, d;  // points
        int across_bc, across_ca, across_ad, across_db;  // triangles, or -1
    };

    Triangle& edit(int triangle);
    void cut_ears();
    bool is_ear(const std::vector<int>& next, int a, int b, int c) const;
    void join_neighbours();
    void replace_neighbour(int triangle, int was, int is);
    Quadrilateral around(int triangle, int edge) const;
    int find(Point point, int near) const;
    void split_triangle(int triangle, int point);
    bool split_inner_edge(int triangle, int edge, int point);
    void flip(int triangle, int edge);
    void flip_to_delaunay();

    std::vector<Point> points_;
    std::vector<int> next_on_hull_;
    std::vector<Triangle> triangles_;
    std::vector<int> suspects_;  // triangles whose edges may not be Delaunay

    bool is_trying_ = false;
    int kept_triangles_ = 0, hull_point_split_ = -1;
    std::vector<int> changed_;
    std::vector<Triangle> originals_;  // of `changed_`
    std::vector<int> trial_of_;        // of a triangle: the last trial that changed it
    int trial_ = 0;
};

// The first `hull` points walk the polygon, clockwise on screen; the others lie strictly inside.
// Returns 2 n - hull - 2 triangles, clockwise, smallest index first, sorted; none where the input is
// not what it has to be, as is checked in the end.
std::vector<Corners3> triangulate(const std::vector<Point>& points, int hull);

}  // namespace spinelift
