// Constrained Delaunay triangulation of a simple polygon with points inside, in exact arithmetic.
#pragma once

#include <array>

#include "geometry.hpp"

namespace spinelift {

// The first `hull` points walk the polygon, clockwise on screen; the others lie strictly inside.
// Returns 2 n - hull - 2 triangles, clockwise, smallest index first, sorted; fewer where the input
// is not what it has to be.
std::vector<std::array<int32_t, 3>> triangulate(const std::vector<Point>& points, int hull);

// The points of a hexagonal lattice that are inside the polygon and at least `margin` from it.
// Sorted by y, then x.
std::vector<Point> lattice_inside(const std::vector<Point>& polygon, int64_t spacing, int64_t margin);

}  // namespace spinelift
