// How much of a mask some triangles cover: exactly, pixel by pixel.
#pragma once

#include <array>

#include "geometry.hpp"

namespace spinelift {

struct Coverage {
    int64_t uncovered_centres;  // set pixels whose centre lies in no triangle
    double uncovered_area;      // px^2 of set pixels that lie in no triangle
};

// `uncovered`, of the mask's size, is set to 1 where a set pixel's centre lies in no triangle; it
// may be null. Triangles are clockwise and do not overlap.
Coverage measure_coverage(const uint8_t* mask, int width, int height, const std::vector<Point>& points,
                          const std::vector<std::array<int32_t, 3>>& triangles, uint8_t* uncovered);

}  // namespace spinelift
