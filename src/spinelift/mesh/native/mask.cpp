#include "mask.hpp"

#include <cstdlib>
#include <numeric>
#include <queue>
#include <tuple>

namespace spinelift {
namespace {

enum Heading { kEast, kSouth, kWest, kNorth };  // in clockwise order

constexpr Point kStep[4] = {{1, 0}, {0, 1}, {-1, 0}, {0, -1}};
// The pixels ahead of somebody who stands on a corner, to the right and to the left.
constexpr Point kAheadRight[4] = {{0, 0}, {-1, 0}, {-1, -1}, {0, -1}};
constexpr Point kAheadLeft[4] = {{0, -1}, {0, 0}, {-1, 0}, {-1, -1}};

constexpr int kBucket = 32;         // px, side of a bucket of boundary pixels
constexpr int kSampleDistance = 8;  // px between samples of a straight run of boundary

// Boundary pixels of all islands, in buckets; groups of islands that are joined already.
class Archipelago {
public:
    Archipelago(int width, int height, const std::vector<std::vector<Point>>& contours)
        : columns_(width / kBucket + 1), rows_(height / kBucket + 1) {
        buckets_.resize(size_t(columns_) * rows_);
        only_island_.assign(buckets_.size(), kNobody);
        parent_.resize(contours.size());
        members_.resize(contours.size());
        std::iota(parent_.begin(), parent_.end(), 0);
        for (size_t island = 0; island < contours.size(); ++island) {
            const auto& contour = contours[island];
            for (size_t i = 0; i < contour.size(); ++i)
                sample(contour[i], contour[(i + 1) % contour.size()], int(island));
        }
    }

    int group_of(int island) {
        while (parent_[island] != island) island = parent_[island] = parent_[parent_[island]];
        return island;
    }
    size_t size(int group) const { return members_[group].size(); }

    int join(int a, int b) {
        if (members_[a].size() < members_[b].size()) std::swap(a, b);
        parent_[b] = a;
        members_[a].insert(members_[a].end(), members_[b].begin(), members_[b].end());
        members_[b].clear();
        return a;
    }

    // The nearest pair of pixels between this group and any other; ties go to the older samples.
    std::pair<int, int> nearest_foreigner(int group) {
        Closest best;
        for (const int sample : members_[group]) search_from(sample, group, best);
        return {best.own, best.other};
    }

    Point pixel(int sample) const { return samples_[sample].pixel; }
    int island(int sample) const { return samples_[sample].island; }

private:
    struct Sample {
        Point pixel;
        int island;
    };
    struct Closest {
        int64_t squared = INT64_MAX;
        int own = -1, other = -1;
    };

    void sample(Point from, Point to, int island) {
        const int length = std::max(std::abs(to.x - from.x), std::abs(to.y - from.y));
        for (int walked = 0; walked < std::max(length, 1); walked += kSampleDistance) {
            const Point p = {from.x + (to.x - from.x) * walked / std::max(length, 1),
                             from.y + (to.y - from.y) * walked / std::max(length, 1)};
            members_[island].push_back(int(samples_.size()));
            const size_t at = bucket(p.x / kBucket, p.y / kBucket);
            buckets_[at].push_back(int(samples_.size()));
            if (only_island_[at] == kNobody) only_island_[at] = island;
            if (only_island_[at] != island) only_island_[at] = kSeveral;
            samples_.push_back({p, island});
        }
    }

    size_t bucket(int column, int row) const { return size_t(row) * columns_ + column; }

    // Looks in growing squares of buckets, until none of them can hold anything nearer.
    void search_from(int own, int group, Closest& best) {
        const Point p = samples_[own].pixel;
        const int column = p.x / kBucket, row = p.y / kBucket;
        const int widest = std::max(columns_, rows_);
        for (int radius = 0; radius < widest; ++radius) {
            const int64_t reached = int64_t(radius - 1) * kBucket;
            if (radius > 0 && reached * reached >= best.squared) return;
            for (int r = std::max(row - radius, 0); r <= std::min(row + radius, rows_ - 1); ++r) {
                const bool whole_row = r == row - radius || r == row + radius;
                const int step = whole_row || radius == 0 ? 1 : 2 * radius;
                for (int c = column - radius; c <= column + radius; c += step) {
                    if (c < 0 || c >= columns_) continue;
                    const int only = only_island_[bucket(c, r)];
                    if (only == kNobody || (only >= 0 && group_of(only) == group)) continue;
                    for (const int other : buckets_[bucket(c, r)]) {
                        if (group_of(samples_[other].island) == group) continue;
                        const int64_t squared = squared_distance(p, samples_[other].pixel);
                        if (std::tie(squared, own, other) <
                            std::tie(best.squared, best.own, best.other))
                            best = {squared, own, other};
                    }
                }
            }
        }
    }

    int columns_, rows_;
    std::vector<Sample> samples_;
    std::vector<std::vector<int>> buckets_, members_;
    std::vector<int> only_island_;  // by bucket: the island of all its samples, or one of these:
    static constexpr int kNobody = -1, kSeveral = -2;
    std::vector<int> parent_;
};

void draw_staircase(MaskView mask, Point from, Point to) {
    const int dx = std::abs(to.x - from.x), dy = std::abs(to.y - from.y);
    const int step_x = to.x > from.x ? 1 : -1, step_y = to.y > from.y ? 1 : -1;
    int x = from.x, y = from.y;
    mask.set(x, y);
    for (int walked_x = 0, walked_y = 0; walked_x < dx || walked_y < dy;) {
        // Step along the axis that lags behind the straight line.
        if (int64_t(2 * walked_x + 1) * dy < int64_t(2 * walked_y + 1) * dx) {
            x += step_x, ++walked_x;
        } else {
            y += step_y, ++walked_y;
        }
        mask.set(x, y);
    }
}

}  // namespace

int fill_diagonals(MaskView mask) {
    int filled = 0;
    std::vector<Point> suspects;  // top-left pixels of 2 x 2 blocks
    const auto is_diagonal = [&](int x, int y) {
        const bool a = mask(x, y), b = mask(x + 1, y), c = mask(x, y + 1), d = mask(x + 1, y + 1);
        return a == d && b == c && a != b;
    };
    for (int y = 0; y + 1 < mask.height; ++y) {
        const uint8_t* above = mask.pixels + size_t(y) * mask.width;
        const uint8_t* below = above + mask.width;
        uint8_t any = 0;  // a whole row at once: rows with a diagonal are rare
        for (int x = 0; x + 1 < mask.width; ++x)
            any |= uint8_t((above[x] ^ above[x + 1]) & (below[x] ^ below[x + 1]) &
                           (above[x] ^ below[x]));
        if (!any) continue;
        for (int x = 0; x + 1 < mask.width; ++x)
            if (is_diagonal(x, y)) suspects.push_back({x, y});
    }
    while (!suspects.empty()) {
        const Point block = suspects.back();
        suspects.pop_back();
        if (!is_diagonal(block.x, block.y)) continue;
        const Point pixel = {mask(block.x, block.y) ? block.x + 1 : block.x, block.y};
        mask.set(pixel.x, pixel.y);
        ++filled;
        for (int y = pixel.y - 1; y <= pixel.y; ++y)
            for (int x = pixel.x - 1; x <= pixel.x; ++x)
                if (x >= 0 && y >= 0 && x + 1 < mask.width && y + 1 < mask.height)
                    suspects.push_back({x, y});
    }
    return filled;
}

std::vector<Point> trace(MaskView mask, Point start) {
    std::vector<Point> corners = {start};
    Point at = start;
    int heading = kEast;
    while (true) {
        at = {at.x + kStep[heading].x, at.y + kStep[heading].y};
        const bool right = mask(at.x + kAheadRight[heading].x, at.y + kAheadRight[heading].y);
        const bool left = mask(at.x + kAheadLeft[heading].x, at.y + kAheadLeft[heading].y);
        if (right && !left) continue;
        heading = (heading + (right ? 3 : 1)) % 4;
        if (at == start) return corners;
        corners.push_back(at);
    }
}

void bridge(MaskView mask, const std::vector<std::vector<Point>>& contours) {
    Archipelago islands(mask.width, mask.height, contours);
    using Entry = std::pair<size_t, int>;  // size when pushed, group
    std::priority_queue<Entry, std::vector<Entry>, std::greater<Entry>> smallest_first;
    for (int group = 0; group < int(contours.size()); ++group)
        smallest_first.push({islands.size(group), group});
    for (size_t left = contours.size(); left > 1;) {
        const auto [size, group] = smallest_first.top();
        smallest_first.pop();
        if (islands.group_of(group) != group || islands.size(group) != size) continue;
        const auto [own, other] = islands.nearest_foreigner(group);
        draw_staircase(mask, islands.pixel(own), islands.pixel(other));
        const int joined = islands.join(group, islands.group_of(islands.island(other)));
        smallest_first.push({islands.size(joined), joined});
        --left;
    }
}

}  // namespace spinelift
