// Vertices inside a polygon, and along its edges, so that its triangles are good and it can bend.
#pragma once

#include "geometry.hpp"

namespace spinelift {

struct FillingWishes {
    int most_vertices;       // the polygon's included
    int most_hull_vertices;  // of them, on the polygon
    int wanted;              // to be added, where the rest allows
};

struct FilledPolygon {
    std::vector<Point> points;  // the polygon's first, in order
    int hull;
};

// More is wanted, or allowed, more is added to the same beginning; only in the end are the points
// inside moved a little. The polygon is simple, clockwise on screen, and inside `image`.
FilledPolygon fill(const std::vector<Point>& polygon, Rectangle image, const FillingWishes& wishes);

}  // namespace spinelift
