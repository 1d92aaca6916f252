#include "mask.hpp"

#include <cstdlib>
#include <numeric>
#include <tuple>

namespace spinelift {
namespace {

enum Heading { kEast, kSouth, kWest, kNorth };  // in clockwise order

constexpr Point kStep[4] = {{1, 0}, {0, 1}, {-1, 0}, {0, -1}};
// The pixels ahead of somebody who stands on a corner, to the right and to the left.
constexpr Point kAheadRight[4] = {{0, 0}, {-1, 0}, {-1, -1}, {0, -1}};
constexpr Point kAheadLeft[4] = {{0, -1}, {0, 0}, {-1, 0}, {-1, -1}};

constexpr int kSmallestReach = 4;   // px
constexpr int kSampleDistance = 8;  // boundary pixels from one sample to the next

// Boundary pixels of all islands, and which islands are joined already. Distances are measured
// between samples of the boundaries; only the link that is chosen is then made as short as it gets.
class Archipelago {
public:
    struct Link {
        int64_t squared;
        int own, other;  // boundary pixels
        friend bool operator<(const Link& a, const Link& b) {
            return std::tie(a.squared, a.own, a.other) < std::tie(b.squared, b.own, b.other);
        }
    };

    explicit Archipelago(const std::vector<std::vector<Point>>& contours) : parent_(contours.size()) {
        std::iota(parent_.begin(), parent_.end(), 0);
        for (size_t island = 0; island < contours.size(); ++island) {
            const auto& contour = contours[island];
            const int begin = int(pixels_.size());
            for (size_t i = 0; i < contour.size(); ++i)
                walk(contour[i], contour[(i + 1) % contour.size()]);
            islands_.push_back({begin, int(pixels_.size())});
            for (int pixel = begin; pixel < int(pixels_.size()); pixel += kSampleDistance)
                samples_.push_back({pixel, int(island)});
        }
    }

    // The nearest sample of another group for every sample that has one within `reach`, but for
    // those of the largest group.
    std::vector<Link> nearest_foreigners(int width, int height, int reach);

    // The shortest link between pixels no farther along the boundaries than the next samples.
    Link tightened(const Link& link) const;

    bool are_joined(const Link& link) { return group_of(link.own) == group_of(link.other); }
    void join(const Link& link) { parent_[group_of(link.own)] = group_of(link.other); }
    Point at(int pixel) const { return pixels_[pixel]; }
    size_t samples() const { return samples_.size(); }

private:
    struct Sample {
        int pixel, island;
    };
    struct Island {
        int begin, end;  // its pixels
    };

    void walk(Point from, Point to) {
        const int length = std::max({std::abs(to.x - from.x), std::abs(to.y - from.y), 1});
        for (int walked = 0; walked < length; ++walked)
            pixels_.push_back({from.x + (to.x - from.x) * walked / length,
                               from.y + (to.y - from.y) * walked / length});
    }

    int island_of(int pixel) const {
        const auto after = std::upper_bound(islands_.begin(), islands_.end(), pixel,
                                            [](int at, const Island& island) { return at < island.begin; });
        return int(after - islands_.begin()) - 1;
    }

    int group_of(int pixel) { return root_of(island_of(pixel)); }
    int root_of(int island) {
        while (parent_[island] != island) island = parent_[island] = parent_[parent_[island]];
        return island;
    }

    // Calls visit(pixel) for the pixel and its neighbours along the boundary.
    template <class Visit>
    void for_each_near(int pixel, Visit visit) const {
        const auto [begin, end] = islands_[island_of(pixel)];
        const int size = end - begin, around = std::min(kSampleDistance, size / 2);
        for (int step = -around; step <= around; ++step)
            visit(begin + (pixel - begin + step + size) % size);
    }

    std::vector<Point> pixels_;     // of each island, in order along its boundary
    std::vector<Island> islands_;
    std::vector<Sample> samples_;
    std::vector<int> parent_;  // of an island; a group is known by its root
};

Archipelago::Link Archipelago::tightened(const Link& link) const {
    Link best = link;
    for_each_near(link.own, [&](int own) {
        for_each_near(link.other, [&](int other) {
            const Link candidate = {squared_distance(pixels_[own], pixels_[other]), own, other};
            if (candidate < best) best = candidate;
        });
    });
    return best;
}

std::vector<Archipelago::Link> Archipelago::nearest_foreigners(int width, int height, int reach) {
    constexpr int kNobody = -1, kSeveral = -2;
    const int columns = width / reach + 1, rows = height / reach + 1;
    const auto bucket = [&](Point p) { return size_t(p.y / reach) * columns + p.x / reach; };
    const auto point = [&](int sample) { return pixels_[samples_[sample].pixel]; };
    std::vector<int> first(size_t(columns) * rows, -1), next(samples_.size());
    std::vector<int> only_group(first.size(), kNobody), group(samples_.size());
    for (int i = int(samples_.size()) - 1; i >= 0; --i) {
        const size_t at = bucket(point(i));
        next[i] = first[at], first[at] = i, group[i] = root_of(samples_[i].island);
        if (only_group[at] == kNobody) only_group[at] = group[i];
        if (only_group[at] != group[i]) only_group[at] = kSeveral;
    }
    std::vector<int> sizes(parent_.size());
    for (const int one : group) ++sizes[one];
    const int largest = int(std::max_element(sizes.begin(), sizes.end()) - sizes.begin());
    std::vector<Link> links;
    for (int own = 0; own < int(samples_.size()); ++own) {
        if (group[own] == largest) continue;  // its neighbours find it
        const Point p = point(own);
        Link nearest = {int64_t(reach) * reach + 1, samples_[own].pixel, -1};
        for (int row = std::max(p.y / reach - 1, 0); row <= std::min(p.y / reach + 1, rows - 1); ++row)
            for (int column = std::max(p.x / reach - 1, 0);
                 column <= std::min(p.x / reach + 1, columns - 1); ++column) {
                const size_t at = size_t(row) * columns + column;
                if (only_group[at] == group[own]) continue;  // most buckets are all our own
                for (int other = first[at]; other >= 0; other = next[other]) {
                    if (group[other] == group[own]) continue;
                    const Link link = {squared_distance(p, point(other)), nearest.own, samples_[other].pixel};
                    if (link < nearest) nearest = link;
                }
            }
        if (nearest.other >= 0) links.push_back(nearest);
    }
    return links;
}

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

// Kruskal's spanning tree, the shortest bridges first. Nearest foreigners are looked for within a
// reach that doubles: where it is short there are many islands, where it is long few are left.
void bridge(MaskView mask, const std::vector<std::vector<Point>>& contours) {
    Archipelago islands(contours);
    size_t left = contours.size();
    int reach = kSmallestReach;  // such that a bucket in the thick of it holds a few samples
    while (islands.samples() * reach * reach < size_t(mask.width) * mask.height) reach *= 2;
    for (; left > 1; reach *= 2) {
        while (left > 1) {
            std::vector<Archipelago::Link> links =
                islands.nearest_foreigners(mask.width, mask.height, reach);
            if (links.empty()) break;
            std::sort(links.begin(), links.end());
            for (const auto& link : links) {
                if (islands.are_joined(link)) continue;
                const auto shortest = islands.tightened(link);
                draw_staircase(mask, islands.at(shortest.own), islands.at(shortest.other));
                islands.join(link);
                --left;
            }
        }
    }
}

}  // namespace spinelift
