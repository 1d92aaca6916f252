// Masks of pixels: making them 4-connected, walking round them, joining their islands.
#pragma once

#include "geometry.hpp"

namespace spinelift {

struct MaskView {
    uint8_t* pixels;  // row after row; 0 or 1
    int width, height;

    bool operator()(int x, int y) const {
        return x >= 0 && y >= 0 && x < width && y < height && pixels[size_t(y) * width + x];
    }
    void set(int x, int y) { pixels[size_t(y) * width + x] = 1; }
};

// Sets pixels until no two of them touch by a corner alone, so that every outline is simple.
// Returns how many were set.
int fill_diagonals(MaskView mask);

// Walks clockwise round the island whose topmost row begins, on the left, with pixel `start`;
// returns the pixel CORNERS where the walk turns. Needs a mask without diagonal contacts.
std::vector<Point> trace(MaskView mask, Point start);

// Joins islands by 4-connected staircases one pixel wide, the shortest first. `contours` are the
// islands' boundary pixels, in order, none of them empty.
void bridge(MaskView mask, const std::vector<std::vector<Point>>& contours);

}  // namespace spinelift
