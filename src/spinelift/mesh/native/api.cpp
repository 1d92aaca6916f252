// The C face of the kernel, called from mesh/kernel.py through ctypes, which lets go of the GIL.
//
// Arrays come in as pointers and lengths that the caller has checked. Results of unknown length
// are returned in memory that the caller gives back with spinelift_free. Null, or a negative
// number, means that memory ran out.
#include <cstdlib>
#include <cstring>
#include <new>

#include "coverage.hpp"
#include "interior.hpp"
#include "mask.hpp"
#include "polygon.hpp"
#include "triangulation.hpp"

using namespace spinelift;

#if defined(_WIN32)
#define EXPORT extern "C" __declspec(dllexport)
#else
#define EXPORT extern "C" __attribute__((visibility("default")))
#endif

namespace {

std::vector<Point> points_from(const int32_t* xy, int64_t count) {
    std::vector<Point> points(static_cast<size_t>(count));
    for (size_t i = 0; i < points.size(); ++i) points[i] = {xy[2 * i], xy[2 * i + 1]};
    return points;
}

template <class T>
void* copied(const std::vector<T>& values, int64_t* count) {
    *count = int64_t(values.size());
    void* memory = std::malloc(std::max<size_t>(1, values.size() * sizeof(T)));
    if (memory && !values.empty()) std::memcpy(memory, values.data(), values.size() * sizeof(T));
    return memory;
}

}  // namespace

EXPORT void spinelift_free(void* memory) { std::free(memory); }

EXPORT int64_t spinelift_fill_diagonals(uint8_t* mask, int32_t width, int32_t height) try {
    return fill_diagonals({mask, width, height});
} catch (const std::bad_alloc&) {
    return -1;
}

EXPORT void* spinelift_trace(uint8_t* mask, int32_t width, int32_t height, int32_t x, int32_t y,
                             int64_t* count) try {
    return copied(trace({mask, width, height}, {x, y}), count);
} catch (const std::bad_alloc&) {
    return nullptr;
}

// `ends[i]` is where contour i ends in `xy`.
EXPORT int64_t spinelift_bridge(uint8_t* mask, int32_t width, int32_t height, const int32_t* xy,
                                const int64_t* ends, int64_t contours) try {
    std::vector<std::vector<Point>> islands;
    for (int64_t i = 0, begin = 0; i < contours; begin = ends[i++])
        islands.push_back(points_from(xy + 2 * begin, ends[i] - begin));
    bridge({mask, width, height}, islands);
    return 0;
} catch (const std::bad_alloc&) {
    return -1;
}

EXPORT void* spinelift_simplify(const int32_t* xy, int64_t size, int32_t width, int32_t height,
                                int32_t budget, int64_t tolerance, int64_t smallest_dent,
                                int32_t refinement, bool has_inside, int64_t* count) try {
    return copied(simplify(points_from(xy, size), {0, 0, width, height},
                           {budget, tolerance, smallest_dent, refinement, has_inside}),
                  count);
} catch (const std::bad_alloc&) {
    return nullptr;
}

// The first `hull` of the points that come back are the polygon.
EXPORT void* spinelift_fill(const int32_t* xy, int64_t size, int32_t width, int32_t height,
                            int32_t most_vertices, int32_t most_hull_vertices, int32_t wanted,
                            int32_t* hull, int64_t* count) try {
    const FilledPolygon filled = fill(points_from(xy, size), {0, 0, width, height},
                                      {most_vertices, most_hull_vertices, wanted});
    *hull = filled.hull;
    return copied(filled.points, count);
} catch (const std::bad_alloc&) {
    return nullptr;
}

EXPORT void* spinelift_triangulate(const int32_t* xy, int64_t size, int32_t hull, int64_t* count) try {
    return copied(triangulate(points_from(xy, size), hull), count);
} catch (const std::bad_alloc&) {
    return nullptr;
}

EXPORT int64_t spinelift_coverage(const uint8_t* mask, int32_t width, int32_t height, int32_t left,
                                  int32_t top, const int32_t* xy, int64_t size, const int32_t* triangles,
                                  int64_t triangle_count, uint8_t* uncovered,
                                  double* uncovered_area) try {
    std::vector<std::array<int32_t, 3>> corners(static_cast<size_t>(triangle_count));
    if (!corners.empty()) std::memcpy(corners.data(), triangles, corners.size() * sizeof corners[0]);
    const Coverage coverage =
        measure_coverage({mask, width, height, left, top}, points_from(xy, size), corners, uncovered);
    *uncovered_area = coverage.uncovered_area;
    return coverage.uncovered_centres;
} catch (const std::bad_alloc&) {
    return -1;
}
