// Row by row, every edge adds to each pixel what lies to its right: summed from left to right that
// is the share of the pixel that the triangles cover (the method of scan converters with exact
// area coverage, as in FreeType's smooth rasterizer). Centres are decided on integers.
#include "coverage.hpp"

#include <cmath>

namespace spinelift {
namespace {

struct Edge {
    Point a, b;
};

class Row {
public:
    explicit Row(int width) : area_(size_t(width) + 2), centres_(size_t(width) + 1), width_(width) {}

    void clear() {
        std::fill(area_.begin(), area_.end(), 0.0);
        std::fill(centres_.begin(), centres_.end(), 0);
    }

    void add(const Edge& edge, int row) {
        add_centres(edge, row);
        const double x0 = edge.a.x / double(kGrid), y0 = edge.a.y / double(kGrid) - row;
        const double x1 = edge.b.x / double(kGrid), y1 = edge.b.y / double(kGrid) - row;
        // The part of the edge in this row. Edges up count against edges down.
        const auto x_at = [&](double y) { return x0 + (x1 - x0) * ((y - y0) / (y1 - y0)); };
        const double from = std::clamp(y0, 0.0, 1.0), to = std::clamp(y1, 0.0, 1.0);
        if (from == to) return;
        add_area(from == y0 ? x0 : x_at(from), from, to == y1 ? x1 : x_at(to), to);
    }

    template <class Visit>
    void for_each_pixel(Visit visit) const {
        double area = 0;
        int centre = 0;
        for (int x = 0; x < width_; ++x) {
            area += area_[x];
            centre += centres_[x];
            visit(x, area, centre > 0);
        }
    }

private:
    void add_centres(const Edge& edge, int row) {
        const int64_t y = int64_t(row) * kGrid + kGrid / 2;
        if ((edge.a.y <= y) == (edge.b.y <= y)) return;
        const bool is_up = edge.a.y > edge.b.y;
        const Point top = is_up ? edge.b : edge.a, bottom = is_up ? edge.a : edge.b;
        // The first pixel whose centre is not left of the edge.
        const int128 run = int128(bottom.x - top.x) * (y - top.y);
        const int64_t height = bottom.y - top.y;
        const int64_t ceiling = -floor_division(-(int128(top.x - kGrid / 2) * height + run),
                                                int128(height) * kGrid);
        centres_[size_t(std::clamp<int64_t>(ceiling, 0, width_))] += is_up ? 1 : -1;
    }

    void add_area(double x0, double y0, double x1, double y1) {
        const double height = y0 - y1;  // up is positive: clockwise rings have their inside right of it
        if (x0 > x1) std::swap(x0, x1);
        const int first = std::clamp(int(std::floor(x0)), 0, width_ - 1);
        const int last = std::clamp(int(std::floor(x1)), first, width_ - 1);
        if (first == last) {
            const double left_of = (x0 + x1) / 2 - first;
            area_[first] += height * (1 - left_of);
            area_[first + 1] += height * left_of;
            return;
        }
        const double per_pixel = height / (x1 - x0);
        for (int x = first; x <= last; ++x) {
            const double in = std::max(x0, double(x)), out = std::min(x1, double(x + 1));
            const double rise = per_pixel * (out - in);
            const double left_of = (in + out) / 2 - x;
            area_[x] += rise * (1 - left_of);
            area_[x + 1] += rise * left_of;
        }
    }

    std::vector<double> area_;
    std::vector<int> centres_;
    int width_;
};

}  // namespace

Coverage measure_coverage(const PlacedMask& mask, const std::vector<Point>& points,
                          const std::vector<std::array<int32_t, 3>>& triangles, uint8_t* uncovered) {
    std::vector<Edge> edges;
    for (const auto& corners : triangles)
        for (int e = 0; e < 3; ++e) {
            const Edge edge = {points[corners[e]], points[corners[(e + 1) % 3]]};
            if (edge.a.y != edge.b.y) edges.push_back(edge);
        }
    const auto top = [](const Edge& edge) { return std::min(edge.a.y, edge.b.y); };
    const auto bottom = [](const Edge& edge) { return std::max(edge.a.y, edge.b.y); };
    std::sort(edges.begin(), edges.end(), [&](const Edge& a, const Edge& b) { return top(a) < top(b); });

    Coverage coverage = {0, 0};
    int width = mask.left + mask.width;  // of what the triangles and the mask span
    for (const Point p : points) width = std::max(width, (p.x + kGrid - 1) / kGrid);
    Row row(width);
    std::vector<Edge> active;
    size_t next = 0;
    for (int y = mask.top; y < mask.top + mask.height; ++y) {
        const int64_t row_top = int64_t(y) * kGrid, row_bottom = row_top + kGrid;
        while (next < edges.size() && top(edges[next]) < row_bottom) active.push_back(edges[next++]);
        active.erase(std::remove_if(active.begin(), active.end(),
                                    [&](const Edge& edge) { return bottom(edge) <= row_top; }),
                     active.end());
        row.clear();
        for (const Edge& edge : active) row.add(edge, y);
        const size_t first = size_t(y - mask.top) * mask.width;  // of the row, in the mask
        row.for_each_pixel([&](int x, double area, bool has_centre) {
            if (x < mask.left || x >= mask.left + mask.width) return;
            const size_t pixel = first + size_t(x - mask.left);
            if (!mask.pixels[pixel]) return;
            coverage.uncovered_area += std::max(0.0, 1.0 - area);
            coverage.uncovered_centres += !has_centre;
            if (!has_centre) uncovered[pixel] = 1;
        });
    }
    return coverage;
}

}  // namespace spinelift
