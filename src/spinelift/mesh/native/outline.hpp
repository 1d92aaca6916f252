// A polygon that contains a traced ring and never cuts it, while its vertices are taken away,
// and given back.
//
// Invariant, before and after every operation: the polygon is simple, lies inside `bounds`, has no
// two vertices closer than half a pixel, and contains the ring it was made from. Removing an edge
// or a reflex vertex only ever ADDS area, and is refused where the added area would touch another
// part of the boundary.
#pragma once

#include "edge_grid.hpp"

namespace spinelift {

constexpr int64_t kNearest = kGrid / 2;  // no two vertices are closer than half a pixel

constexpr int64_t kStep = int64_t(kGrid) * kGrid;  // what a step of one pixel costs: twice 1/2 px^2

struct Corner {
    Point point;
    // The part of the traced ring that this corner stands for, as indices of ring points. The edge
    // from corner a to corner b faces the ring from a.last to b.first.
    int first, last;
};

class Outline {
public:
    Outline(const std::vector<Corner>& corners, Rectangle bounds);

    // Takes away what adds the least area, again and again, while more than `budget` corners are
    // left or while it costs at most `tolerance` (twice an area), or until nothing can be taken.
    // Called again it goes on where it stopped, as if it had not.
    void collapse(int budget, int64_t tolerance);

    // Puts a corner at `point`, inside the polygon, between `corner` and the one after it; the
    // caller knows that this cuts nothing. False where it would touch the boundary or come too near.
    bool dent(int corner, Point point, int ring_index);

    // Takes a convex corner away, inward; the caller knows that this cuts nothing. False where the
    // new edge would touch the boundary.
    bool cut(int corner);

    std::vector<Corner> corners() const;  // in order
    int size() const { return size_; }
    int first() const { return head_; }
    int next(int corner) const { return nodes_[corner].next; }
    int previous(int corner) const { return nodes_[corner].previous; }
    const Corner& at(int corner) const { return nodes_[corner].corner; }

private:
    enum Kind { kRemoveReflex, kRemoveEdge };
    struct Node {
        Corner corner;
        int previous, next;
        bool is_live;
        int version[2];  // by Kind; raised when something changes that the operation depends on
    };
    struct Operation {
        int64_t cost;  // twice the area it adds
        Kind kind;
        int node, version;
        Point apex;  // of kRemoveEdge
        // A total order: cost, then age. The cheapest is on top of the heap.
        friend bool operator<(const Operation& a, const Operation& b) {
            if (a.cost != b.cost) return a.cost > b.cost;
            if (a.node != b.node) return a.node > b.node;
            return a.kind > b.kind;
        }
    };

    // A new way from corner `before` to corner `after`, straight or by one new point, in place of
    // the old one; it runs on the outer side of the old one or on its inner side.
    struct Detour {
        int before, after;
        Point path[3];  // the ends' points included
        int points;
        bool is_outward;
    };

    Point point(int node) const { return nodes_[node].corner.point; }
    bool is_edge(EdgeGrid::Edge edge) const {
        return nodes_[edge.start].is_live && nodes_[edge.start].next == edge.end;
    }
    void link(int from, int to);
    int insert(int before, int after, Corner corner);
    void propose_reflex_removal(int node);
    void propose_edge_removal(int node);
    void propose_around(int before);
    void push(const Operation& operation);
    int remove_reflex(int node);
    int remove_edge(int node, Point apex);
    bool smooth_steps(int budget, int64_t tolerance);
    bool find_apex(int node, Point& apex, int64_t& cost) const;
    bool is_clear(const Detour& detour);
    bool is_on_old_way(const Detour& detour, int node) const;
    bool is_far_from_others(Point at, const Detour& detour);

    std::vector<Node> nodes_;
    Rectangle bounds_;
    EdgeGrid grid_;
    std::vector<Operation> heap_;
    bool is_begun_ = false;  // is everything that can be taken away on the heap?
    int size_, head_;
};

}  // namespace spinelift
