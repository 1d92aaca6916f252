// A polygon that contains a traced ring and leans on it: every edge touches the ring, or nearly.
//
// Invariant, before and after every operation: the polygon is simple, clockwise, lies inside the
// image, has no two vertices closer than half a pixel, and contains the ring. Floating point
// proposes where vertices could go; exact predicates on the grid decide. `docs/outline.md` shows
// the operations.
#pragma once

#include "edge_slide.hpp"
#include "outline.hpp"

namespace spinelift {

class ContactPolygon {
public:
    // `hulls` are the ring's, which copies of the polygon share.
    ContactPolygon(const std::vector<Corner>& corners, const Ring& ring, Rectangle image, Hulls& hulls);

    int size() const { return int(vertices_.size()); }
    int64_t doubled_area() const;
    std::vector<Corner> corners() const;

    // One operation each; the edge after vertex i is edge i.

    // Moves edge i to where it saves most, between the lines of its neighbours, and says how much:
    // twice an area, 0 where it stays.
    int64_t move_edge(int i);

    // Moves vertex i, where it is reflex, to the ring point farthest in that both its neighbours can
    // reach. Does not ask whether that saves anything: the edges beside it may lean deeper yet.
    bool move_notch(int i);

    // Takes vertex i away where it is reflex, and edge i where both its ends are convex: vertex i is
    // then where the lines of its neighbours meet, and the vertex after it is gone. Says how much
    // that adds: twice an area, or `kImpossible`.
    int64_t remove(int i);
    static constexpr int64_t kImpossible = -1;

    // Cuts vertex i off where it is convex, with an edge from vertex i to a new one after it.
    bool cut_corner(int i);

    // And many of them.

    // Spares edges that stand, with their neighbours, as they do in a polygon where they were moved.
    void settle_like(const ContactPolygon& other);

    // Moves every edge to where it saves most, again and again, until that saves next to nothing.
    void sweep();

    // Moves reflex vertices where that saves area once the edges near them have moved too: what no
    // edge can do alone, because these vertices stand on the ring with both their edges.
    void move_notches();

    // Takes vertices away, the one first that adds the least area once its neighbours have moved,
    // until there are `budget`, or as few as there can be.
    void reduce(int budget);

    // Cuts corners off, the one first that saves most, until there are `budget` vertices, or as
    // many as save something.
    void grow(int budget);

    // Takes edges away that are shorter than half the mean, because no good triangle stands on them,
    // the shortest first, as long as that adds at most `affordable` (twice an area) in all.
    void drop_short_edges(int64_t affordable);

    // Is the invariant true? Asks for every edge and ring point.
    bool is_valid() const;

private:
    struct Vertex {
        Point point;
        int contact;       // the ring point that the edge after this vertex comes nearest to
        int notch;         // the ring point nearest to this vertex, where it is reflex
        bool is_anchored;  // does that edge touch its contact, but for rounding?
        bool is_settled;   // has that edge been moved to its best place?
    };

    // What taking away vertex i, or the edge after it, would cost.
    struct Removal {
        enum { kUnknown, kGuessed, kKnown, kImpossible } state;
        int64_t cost;  // twice an area; if it is only guessed, hardly ever more than it will be
    };

    // A new way from vertex `before` to vertex `after`, over one or two new points or straight.
    struct Way {
        int before, after;
        Point points[4];  // both vertices' included
        int count;
    };

    int next(int i) const { return i + 1 < size() ? i + 1 : 0; }
    int previous(int i) const { return i > 0 ? i - 1 : size() - 1; }
    Vertex& at(int i) { return vertices_[size_t(i)]; }
    const Vertex& at(int i) const { return vertices_[size_t(i)]; }
    Point point(int i) const { return at(i).point; }
    bool is_convex(int i) const { return turn(point(previous(i)), point(i), point(next(i))) > 0; }

    int first_faced(int i) const;
    int last_faced(int i) const;
    void lean(int i, int first, int last);
    void anchor(int i);
    void find_notch(int i);
    void unsettle_around(int i);

    int64_t polish(int i);
    int64_t remove_reflex(int i);
    int64_t remove_edge(int i);
    bool find_apex(int i, Point& apex) const;
    bool find_border_apex(int i, Point& apex) const;
    bool find_cheapest(std::vector<Removal>& removals, int& cheapest) const;

    bool has_room(const Way& way) const;
    bool is_too_near(const Way& way, Point vertex) const;
    bool is_met(const Way& way, int start, int end) const;
    bool keeps_ring_inside(const Way& way) const;
    bool lets_through(Point from, Point corner, Point to, Point s, Point t) const;
    bool is_crossed(Point before, Point a, Point b, Point after, Point s, Point t) const;

    // Do the contacts run once round the ring, and does every notch lie between the contacts beside it?
    bool is_in_order() const;

    std::vector<Vertex> vertices_;
    const Ring* ring_;
    Rectangle image_;
    Hulls* hulls_;
};

}  // namespace spinelift
