// From a traced ring to a polygon of few vertices that contains it.
#pragma once

#include "outline.hpp"

namespace spinelift {

struct Wishes {
    int budget;                // most vertices; 0 means that `tolerance` alone decides
    int64_t tolerance;         // twice the area that taking one vertex away may add
    int64_t smallest_dent;     // twice the area a dent must save to be given back; 0 means no dents
    int refinement;            // passes of ruin and recreate
    bool has_inside;           // are vertices put inside? Then short edges go
};

// `ring` is in grid units, clockwise on screen, inside `image`.
std::vector<Point> simplify(const std::vector<Point>& ring, Rectangle image, const Wishes& wishes);

}  // namespace spinelift
