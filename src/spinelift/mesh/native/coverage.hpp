// How much of a mask some triangles cover: exactly, pixel by pixel.
#pragma once

#include <array>

#include "geometry.hpp"

namespace spinelift {

struct Coverage {
    int64_t uncovered_centres;  // set pixels whose centre lies in no triangle
    double uncovered_area;      // px^2 of set pixels that lie in no triangle
};

struct PlacedMask {
    const uint8_t* pixels;  // row after row; 0 or 1
    int width, height;
    int left, top;  // of the mask in the image, in pixels
};

// `uncovered`, of the mask's size, is set to 1 where a set pixel's centre lies in no triangle.
// Triangles are clockwise and do not overlap.
Coverage measure_coverage(const PlacedMask& mask, const std::vector<Point>& points,
                          const std::vector<std::array<int32_t, 3>>& triangles, uint8_t* uncovered);

}  // namespace spinelift
