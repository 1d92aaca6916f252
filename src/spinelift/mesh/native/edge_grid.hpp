// Edges of a ring in square buckets, so that "what is near this segment?" need not ask every edge.
#pragma once

#include "geometry.hpp"

namespace spinelift {

class EdgeGrid {
public:
    struct Edge {
        int start, end;  // vertex ids, as given to insert()
    };

    // `edges` is how many are expected: the buckets get about as many as there are edges.
    EdgeGrid(Rectangle bounds, size_t edges) : bounds_(bounds) {
        const int64_t width = int64_t(bounds.right) - bounds.left + 1;
        const int64_t height = int64_t(bounds.bottom) - bounds.top + 1;
        shift_ = 9;  // 8 px: smaller buckets than that hold no fewer edges
        while (((width >> shift_) + 1) * ((height >> shift_) + 1) > int64_t(2 * edges + 64)) ++shift_;
        columns_ = int((width >> shift_) + 1);
        rows_ = int((height >> shift_) + 1);
        first_.assign(size_t(columns_) * rows_, -1);
    }

    void insert(Edge edge, Point a, Point b) {
        for_each_bucket(a, b, 0, [&](size_t bucket) {
            entries_.push_back({edge, first_[bucket]});
            first_[bucket] = int(entries_.size()) - 1;
            return true;
        });
    }

    // Calls visit(edge) for every edge that may come within `reach` of the segment ab, some of
    // them more than once, until it returns false; returns whether it never did. Edges that
    // is_live(edge) denies are forgotten on the way.
    template <class IsLive, class Visit>
    bool all_near(Point a, Point b, int32_t reach, IsLive is_live, Visit visit) {
        return for_each_bucket(a, b, reach, [&](size_t bucket) {
            int* link = &first_[bucket];
            while (*link >= 0) {
                Entry& entry = entries_[size_t(*link)];
                if (!is_live(entry.edge)) {
                    *link = entry.next;
                    continue;
                }
                if (!visit(entry.edge)) return false;
                link = &entry.next;
            }
            return true;
        });
    }

private:
    struct Entry {
        Edge edge;
        int next;
    };

    int column(int64_t x) const {
        return int(std::clamp<int64_t>((x - bounds_.left) >> shift_, 0, columns_ - 1));
    }
    int row(int64_t y) const {
        return int(std::clamp<int64_t>((y - bounds_.top) >> shift_, 0, rows_ - 1));
    }

    // Walks the buckets that the segment, widened by `reach`, passes: row by row, and in each row
    // from the leftmost to the rightmost x that the segment has there.
    template <class Visit>
    bool for_each_bucket(Point a, Point b, int32_t reach, Visit visit) const {
        if (reach == 0 && row(a.y) == row(b.y) && column(a.x) == column(b.x))
            return visit(size_t(row(a.y)) * columns_ + column(a.x));  // most segments are short
        if (a.y > b.y) std::swap(a, b);
        const int last_row = row(int64_t(b.y) + reach);
        for (int r = row(int64_t(a.y) - reach); r <= last_row; ++r) {
            const int64_t top = bounds_.top + (int64_t(r) << shift_) - reach;
            const int64_t bottom = top + (int64_t(1) << shift_) + 2 * int64_t(reach);
            const int64_t x_top = x_at(a, b, std::clamp<int64_t>(top, a.y, b.y));
            const int64_t x_bottom = x_at(a, b, std::clamp<int64_t>(bottom, a.y, b.y));
            int64_t left = std::min(x_top, x_bottom), right = std::max(x_top, x_bottom);
            if (a.y == b.y) left = std::min(a.x, b.x), right = std::max(a.x, b.x);
            const int last_column = column(right + reach + 1);
            for (int c = column(left - reach - 1); c <= last_column; ++c)
                if (!visit(size_t(r) * columns_ + c)) return false;
        }
        return true;
    }

    static int64_t x_at(Point a, Point b, int64_t y) {
        if (a.y == b.y) return a.x;
        return a.x + int64_t(b.x - a.x) * (y - a.y) / (b.y - a.y);
    }

    Rectangle bounds_;
    int shift_, columns_, rows_;
    std::vector<int> first_;  // bucket -> newest entry, or -1
    std::vector<Entry> entries_;
};

}  // namespace spinelift
