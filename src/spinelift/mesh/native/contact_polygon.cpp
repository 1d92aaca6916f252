#include "contact_polygon.hpp"

#include <cassert>
#include <cmath>

namespace spinelift {
namespace {

constexpr int64_t kLeast = 16;       // what a move must save: twice 0.002 px^2
constexpr int kNotches = 24;         // deepest ring points tried for a reflex vertex
constexpr int64_t kRoundLeast = 64;  // what a round of moves must save to be followed by another
constexpr int kRounds = 30;          // at most
constexpr int64_t kSlack = kGrid / 4;  // an edge this near to its contact is anchored
// Of the area that a removal adds, moves of its neighbours leave a quarter or more, as a rule.
constexpr int64_t kLeft = 4;
constexpr int kReach = 3;  // vertices on both sides of a change whose removals then cost something else

// Is a point beside a corner inside of it, or on its sides?
bool is_in_corner(Point from, Point corner, Point to, Point p) {
    const bool right_of_first = turn(from, corner, p) >= 0, right_of_second = turn(corner, to, p) >= 0;
    return turn(from, corner, to) > 0 ? right_of_first && right_of_second
                                      : right_of_first || right_of_second;
}

}  // namespace

ContactPolygon::ContactPolygon(const std::vector<Corner>& corners, const Ring& ring, Rectangle image,
                               Hulls& hulls)
    : ring_(&ring), image_(image), hulls_(&hulls) {
    for (const Corner& corner : corners)
        vertices_.push_back({corner.point, corner.last, corner.first, false, false});
    for (int i = 0; i < size(); ++i) lean(i, corners[size_t(i)].last, corners[size_t(next(i))].first);
}

int64_t ContactPolygon::doubled_area() const {
    int64_t sum = 0;
    for (int i = 0; i < size(); ++i) {
        const Point a = point(i), b = point(next(i));
        sum += int64_t(a.x) * b.y - int64_t(b.x) * a.y;
    }
    return sum;
}

std::vector<Corner> ContactPolygon::corners() const {
    std::vector<Corner> corners;
    for (int i = 0; i < size(); ++i) {
        const int first = is_convex(i) ? at(previous(i)).contact : at(i).notch;
        const int last = is_convex(i) ? at(i).contact : at(i).notch;
        corners.push_back({point(i), first, last});
    }
    return corners;
}

// What the edges lean on

// The stretch of the ring that the edge after vertex i has to pass.
int ContactPolygon::first_faced(int i) const {
    return is_convex(i) ? at(previous(i)).contact : at(i).notch;
}

int ContactPolygon::last_faced(int i) const {
    const int end = next(i);
    return is_convex(end) ? at(end).contact : at(end).notch;
}

// Lets the edge after vertex i lean on the nearest of the ring points from `first` to `last`.
void ContactPolygon::lean(int i, int first, int last) {
    const Point a = point(i), b = point(next(i));
    const Point* chain = ring_->from(first);
    const int steps = ring_->steps(first, last);
    int64_t least = INT64_MAX;
    for (int k = 0; k <= steps; ++k) {
        const int64_t inward = turn(a, b, chain[k]);
        if (inward < least) least = inward, at(i).contact = ring_->at(first, k);
    }
    anchor(i);
}

void ContactPolygon::anchor(int i) {
    const Point a = point(i), b = point(next(i)), contact = (*ring_)[at(i).contact];
    const double inward = double(turn(a, b, contact));
    at(i).is_anchored = inward >= 0 &&
                        inward * inward <= double(kSlack * kSlack) * double(squared_distance(a, b)) &&
                        dot(a, b, contact) >= 0 && dot(b, a, contact) >= 0;
}

void ContactPolygon::find_notch(int i) {
    if (is_convex(i)) return;
    const int first = at(previous(i)).contact;
    const Point* chain = ring_->from(first);
    const int steps = ring_->steps(first, at(i).contact);
    int64_t least = INT64_MAX;
    for (int k = 0; k <= steps; ++k) {
        const int64_t distance = squared_distance(point(i), chain[k]);
        if (distance < least) least = distance, at(i).notch = ring_->at(first, k);
    }
}

// After vertex i was put where it is: the edges that end in it, and their neighbours, may gain again.
void ContactPolygon::unsettle_around(int i) {
    int edge = previous(previous(i));
    for (int k = 0; k < std::min(size(), 4); ++k, edge = next(edge)) at(edge).is_settled = false;
}

// May it be?

// Is the way half a pixel from every vertex that stays, with its new points, and from itself? Does it
// touch nothing of the rest of the polygon, and itself nowhere?
bool ContactPolygon::has_room(const Way& way) const {
    if (way.count == 4 && (squared_distance(way.points[1], way.points[2]) < kNearest * kNearest ||
                           segments_touch(way.points[0], way.points[1], way.points[2], way.points[3])))
        return false;
    Rectangle box = {way.points[0].x, way.points[0].y, way.points[0].x, way.points[0].y};
    for (int i = 1; i < way.count; ++i) {
        box.left = std::min(box.left, way.points[i].x), box.right = std::max(box.right, way.points[i].x);
        box.top = std::min(box.top, way.points[i].y), box.bottom = std::max(box.bottom, way.points[i].y);
    }
    box = {int32_t(box.left - kNearest), int32_t(box.top - kNearest), int32_t(box.right + kNearest),
           int32_t(box.bottom + kNearest)};
    if (is_too_near(way, point(way.after))) return false;
    Point d = point(way.after);
    for (int k = way.after, after = next(k); k != way.before; k = after, after = next(k)) {
        const Point c = d;
        d = point(after);
        const bool is_elsewhere = (c.x < box.left && d.x < box.left) || (c.x > box.right && d.x > box.right) ||
                                  (c.y < box.top && d.y < box.top) || (c.y > box.bottom && d.y > box.bottom);
        if (!is_elsewhere && (is_too_near(way, d) || is_met(way, k, after))) return false;
    }
    return true;
}

bool ContactPolygon::is_too_near(const Way& way, Point vertex) const {
    for (int i = 1; i + 1 < way.count; ++i)
        if (squared_distance(way.points[i], vertex) < kNearest * kNearest) return true;
    return false;
}

// Does the way touch the edge from vertex `start` to vertex `end`? Edges that meet in a vertex may
// touch there, and not fold back on each other.
bool ContactPolygon::is_met(const Way& way, int start, int end) const {
    const Point c = point(start), d = point(end);
    for (int i = 0; i + 1 < way.count; ++i) {
        const Point a = way.points[i], b = way.points[i + 1];
        if (i == 0 && end == way.before) {
            if (turn(c, a, b) == 0 && dot(a, c, b) > 0) return true;
        } else if (i + 2 == way.count && start == way.after) {
            if (turn(a, b, d) == 0 && dot(b, a, d) > 0) return true;
        } else if (segments_touch(a, b, c, d)) {
            return true;
        }
    }
    return false;
}

// Does the ring stay on the inner side of the way?
//
// It is enough to ask for the ring between the contacts of the nearest anchored edges on both sides.
// There polygon and ring touch, so the part of the space between them in which the way runs is
// bounded by this stretch of the ring alone. Without anchors that would not be so.
bool ContactPolygon::keeps_ring_inside(const Way& way) const {
    int left = previous(way.before), right = way.after;
    while (!at(left).is_anchored && left != way.after) left = previous(left);
    while (!at(right).is_anchored && right != left) right = next(right);
    const int first = at(left).contact, last = at(right).contact;
    const int steps = first == last ? ring_->size() : ring_->steps(first, last);
    for (int i = 0; i + 1 < way.count; ++i) {
        const Point a = way.points[i], b = way.points[i + 1];
        const Point before = i > 0 ? way.points[i - 1] : point(previous(way.before));
        const Point after = i + 2 < way.count ? way.points[i + 2] : point(next(way.after));
        const bool is_uncrossed = ring_->all_crossing(a, b, first, steps, [&](Point s, Point t) {
            return !is_crossed(before, a, b, after, s, t);
        });
        if (!is_uncrossed) return false;
    }
    return true;
}

// Does the ring's edge st, which has one end strictly outside the line ab, leave the polygon through
// its edge ab or one of its ends? `before` and `after` are the vertices next to these.
bool ContactPolygon::is_crossed(Point before, Point a, Point b, Point after, Point s, Point t) const {
    const int a_side = sign(turn(s, t, a)), b_side = sign(turn(s, t, b));
    return a_side * b_side < 0 || (a_side == 0 && in_box(a, s, t) && !lets_through(before, a, b, s, t)) ||
           (b_side == 0 && in_box(b, s, t) && !lets_through(a, b, after, s, t));
}

// May the ring's edge st pass through a corner of the polygon?
bool ContactPolygon::lets_through(Point from, Point corner, Point to, Point s, Point t) const {
    return (s == corner || is_in_corner(from, corner, to, s)) &&
           (t == corner || is_in_corner(from, corner, to, t));
}

bool ContactPolygon::is_valid() const {
    if (size() < 3 || doubled_area() <= 0) return false;
    for (int i = 0; i < size(); ++i) {
        const Point a = point(i), b = point(next(i)), c = point(next(next(i)));
        if (!image_.contains(a) || (turn(a, b, c) == 0 && dot(b, a, c) > 0)) return false;
        for (int k = 0; k < i; ++k) {
            if (squared_distance(a, point(k)) < kNearest * kNearest) return false;
            const bool are_neighbours = next(k) == i || next(i) == k;
            if (!are_neighbours && segments_touch(a, b, point(k), point(next(k)))) return false;
        }
        // The ring crosses no edge. Since it is one line and the polygon leans on it, it is inside.
        const bool is_uncrossed = ring_->all_near(a, b, [&](EdgeGrid::Edge edge) {
            const Point s = (*ring_)[edge.start], t = (*ring_)[edge.end];
            return (turn(a, b, s) < 0) == (turn(a, b, t) < 0) ||
                   !is_crossed(point(previous(i)), a, b, c, s, t);
        });
        if (!is_uncrossed) return false;
    }
    const Point inside = (*ring_)[0];
    int windings = 0;
    for (int i = 0; i < size(); ++i) {
        const Point a = point(i), b = point(next(i));
        if (turn(a, b, inside) == 0 && in_box(inside, a, b)) return true;
        if ((a.y <= inside.y) != (b.y <= inside.y) && (turn(a, b, inside) > 0) == (b.y > a.y)) ++windings;
    }
    return windings % 2 == 1;
}

bool ContactPolygon::is_in_order() const {
    int64_t steps = 0;
    for (int i = 0; i < size(); ++i) {
        const int last = at(previous(i)).contact, stretch = ring_->steps(last, at(i).contact);
        if (!is_convex(i) && ring_->steps(last, at(i).notch) > stretch) return false;
        steps += stretch;
    }
    return steps == ring_->size();
}

// Moving edges

int64_t ContactPolygon::move_edge(int i) {
    if (at(i).is_settled || size() < 4) return 0;
    at(i).is_settled = true;
    const int before = previous(i), end = next(i), after = next(end);
    const Joint joint = {point(before),
                         point(i),
                         point(end),
                         point(after),
                         (*ring_)[at(before).contact],
                         (*ring_)[at(end).contact],
                         is_convex(i),
                         is_convex(end)};
    EdgeSlide slide(joint, hulls_->between(first_faced(i), last_faced(i)), image_, kLeast);
    for (Placement place; slide.next(place);) {
        const Way way = {before, after, {joint.before, place.start, place.end, joint.after}, 4};
        const bool has_spike =
            (joint.start_is_convex && is_spike(joint.before, place.start, place.end)) ||
            (joint.end_is_convex && is_spike(place.start, place.end, joint.after));
        if (has_spike || !keeps_ring_inside(way) || !has_room(way)) continue;
        at(i).point = place.start;
        at(i).contact = place.contact;
        at(end).point = place.end;
        for (const int edge : {before, i, end}) anchor(edge), at(edge).is_settled = false;
        for (const int corner : {before, i, end, after}) find_notch(corner);
        assert(is_valid() && is_in_order());
        return place.gain;
    }
    return 0;
}

void ContactPolygon::settle_like(const ContactPolygon& other) {
    for (int i = 0; i < size(); ++i)
        for (int k = 0; k < other.size(); ++k)
            if (point(i) == other.point(k) && point(next(i)) == other.point(other.next(k)) &&
                point(previous(i)) == other.point(other.previous(k)) &&
                point(next(next(i))) == other.point(other.next(other.next(k))))
                at(i).is_settled = other.at(k).is_settled;
}

void ContactPolygon::sweep() {
    for (int round = 0; round < kRounds; ++round) {
        int64_t gain = 0;
        for (int i = 0; i < size(); ++i) gain += move_edge(i);
        if (gain < kRoundLeast) return;
    }
}

// Moves the edges near vertex i, once each; twice the area saved.
int64_t ContactPolygon::polish(int i) {
    int edge = previous(previous(i));
    int64_t gain = 0;
    for (int k = 0; k < std::min(size(), 4); ++k, edge = next(edge)) gain += move_edge(edge);
    return gain;
}

bool ContactPolygon::move_notch(int i) {
    if (size() < 4 || is_convex(i)) return false;
    const int before = previous(i), after = next(i);
    const Point u = point(before), x = point(after);
    const int first = first_faced(before), last = last_faced(i);
    const Point* chain = ring_->from(first);
    std::vector<std::pair<int64_t, int>> deepest;  // and how many steps from the first
    for (int k = 0; k <= ring_->steps(first, last); ++k)
        if (const int64_t depth = turn(u, x, chain[k]); depth > 0) deepest.push_back({-depth, k});
    const size_t tried = std::min<size_t>(deepest.size(), kNotches);
    std::partial_sort(deepest.begin(), deepest.begin() + tried, deepest.end());
    for (size_t k = 0; k < tried; ++k) {
        const Point notch = chain[deepest[k].second];
        if (notch == point(i)) continue;
        const Way way = {before, after, {u, notch, x}, 3};
        const bool has_spike = (is_convex(before) && is_spike(point(previous(before)), u, notch)) ||
                               (is_convex(after) && is_spike(notch, x, point(next(after))));
        if (has_spike || !keeps_ring_inside(way) || !has_room(way)) continue;
        at(i).point = notch;
        at(i).notch = ring_->at(first, deepest[k].second);
        lean(before, first, at(i).notch);
        lean(i, at(i).notch, last);
        for (const int corner : {before, after}) find_notch(corner);
        unsettle_around(i);
        assert(is_valid() && is_in_order());
        return true;
    }
    return false;
}

void ContactPolygon::move_notches() {
    for (int i = 0; i < size(); ++i) {
        ContactPolygon trial = *this;
        if (!trial.move_notch(i)) continue;
        trial.polish(i);
        if (trial.doubled_area() < doubled_area()) *this = trial;
    }
}

// Taking away

int64_t ContactPolygon::remove(int i) {
    if (size() <= 4) return kImpossible;
    if (!is_convex(i)) return remove_reflex(i);
    return is_convex(next(i)) ? remove_edge(i) : kImpossible;
}

int64_t ContactPolygon::remove_reflex(int i) {
    const int before = previous(i), after = next(i);
    if (!has_room({before, after, {point(before), point(after)}, 2})) return kImpossible;
    const int64_t added = -turn(point(before), point(i), point(after));
    const int first = at(before).contact, last = at(i).contact;
    vertices_.erase(vertices_.begin() + i);
    const int edge = i > 0 ? i - 1 : size() - 1;
    lean(edge, first, last);
    for (const int corner : {edge, next(edge)}) find_notch(corner);
    unsettle_around(edge);
    unsettle_around(next(edge));
    assert(is_valid() && is_in_order());
    return added;
}

int64_t ContactPolygon::remove_edge(int i) {
    const int before = previous(i), end = next(i), after = next(end);
    Point apex;
    const bool is_crossing = find_apex(i, apex);
    if (!is_crossing && !find_border_apex(i, apex)) return kImpossible;
    const Way way = {before, after, {point(before), apex, point(after)}, 3};
    if (is_spike(way.points[0], apex, way.points[2]) || !has_room(way)) return kImpossible;
    const Point u = way.points[0], x = way.points[2];
    const int64_t added = turn(u, apex, x) - turn(u, point(i), point(end)) - turn(u, point(end), x);
    const int first = first_faced(before), faced = at(i).contact, last = last_faced(end);
    at(i).point = apex;
    at(i).contact = at(end).contact;
    vertices_.erase(vertices_.begin() + end);
    const int corner = end > 0 ? i : i - 1, edge = previous(corner);
    if (is_crossing) {
        anchor(edge);
        anchor(corner);
    } else {
        lean(edge, first, faced);
        lean(corner, faced, last);
    }
    for (const int beside : {edge, next(corner)}) find_notch(beside);
    unsettle_around(corner);
    assert(is_valid() && is_in_order());
    return added;
}

// The grid point of least added area that is on neither line's inner side, where they cross.
bool ContactPolygon::find_apex(int i, Point& apex) const {
    const Point u = point(previous(i)), p = point(i), q = point(next(i)), x = point(next(next(i)));
    const int64_t ax = p.x - u.x, ay = p.y - u.y, bx = x.x - q.x, by = x.y - q.y;
    const int64_t sine = ax * by - ay * bx;
    if (sine <= 0) return false;
    const int64_t reach = int64_t(q.x - p.x) * by - int64_t(q.y - p.y) * bx;
    const int64_t cross_x = p.x + floor_division(int128(ax) * reach, sine);
    const int64_t cross_y = p.y + floor_division(int128(ay) * reach, sine);
    if (cross_x < image_.left - 1 || cross_x > image_.right || cross_y < image_.top - 1 ||
        cross_y > image_.bottom)
        return false;
    int64_t least = INT64_MAX;
    for (int dy = 0; dy <= 1; ++dy)
        for (int dx = 0; dx <= 1; ++dx) {
            const Point t = {int32_t(cross_x + dx), int32_t(cross_y + dy)};
            if (!image_.contains(t) || turn(u, p, t) > 0 || turn(q, x, t) > 0) continue;
            const int64_t added = turn(u, t, p) + turn(p, t, q) + turn(q, t, x);
            if (added < least) least = added, apex = t;
        }
    return least < INT64_MAX;
}

// Where the lines meet outside the image: the point of its border of least added area that is on
// neither line's inner side, and where one of them or two sides of the image end.
bool ContactPolygon::find_border_apex(int i, Point& apex) const {
    const Point u = point(previous(i)), p = point(i), q = point(next(i)), x = point(next(next(i)));
    int64_t least = INT64_MAX;
    const auto consider = [&](int64_t at_x, int64_t at_y) {
        const Point t = {int32_t(at_x), int32_t(at_y)};
        if (!image_.contains(t) || turn(u, p, t) > 0 || turn(q, x, t) > 0) return;
        if (turn(u, t, p) < 0 || turn(t, x, p) < 0 || turn(u, t, q) < 0 || turn(t, x, q) < 0) return;
        const int64_t added = turn(u, t, x);
        if (added > 0 && added < least) least = added, apex = t;
    };
    const auto consider_exit = [&](Point from, Point to) {
        const int64_t dx = to.x - from.x, dy = to.y - from.y;
        const int32_t side = dx > 0 ? image_.right : image_.left;
        const int32_t level = dy > 0 ? image_.bottom : image_.top;
        for (int k = 0; k <= 1; ++k) {
            if (dx != 0) consider(side, from.y + floor_division(int128(side - from.x) * dy, dx) + k);
            if (dy != 0) consider(from.x + floor_division(int128(level - from.y) * dx, dy) + k, level);
        }
    };
    consider_exit(u, p);
    consider_exit(x, q);
    for (const int32_t side : {image_.left, image_.right})
        for (const int32_t level : {image_.top, image_.bottom}) consider(side, level);
    return least < INT64_MAX;
}

void ContactPolygon::reduce(int budget) {
    std::vector<Removal> removals(vertices_.size(), Removal{Removal::kUnknown, 0});
    int cheapest;
    while (size() > budget && find_cheapest(removals, cheapest)) {
        const int gone = is_convex(cheapest) ? next(cheapest) : cheapest;
        if (remove(cheapest) == kImpossible) {  // what is far away has come near since it was tried
            removals[size_t(cheapest)].state = Removal::kImpossible;
            continue;
        }
        removals.erase(removals.begin() + gone);
        const int changed = std::min(gone > cheapest ? cheapest : gone, size() - 1);
        polish(changed);
        int near = changed;
        for (int k = 0; k < kReach; ++k) near = previous(near);
        for (int k = 0; k <= 2 * kReach; ++k, near = next(near))
            removals[size_t(near)].state = Removal::kUnknown;
    }
}

// Tries what is unknown; what neighbours take back is tried only where that can decide.
bool ContactPolygon::find_cheapest(std::vector<Removal>& removals, int& cheapest) const {
    for (int i = 0; i < size(); ++i) {
        Removal& removal = removals[size_t(i)];
        if (removal.state != Removal::kUnknown) continue;
        const int64_t added = ContactPolygon(*this).remove(i);
        removal = {added == kImpossible ? Removal::kImpossible : Removal::kGuessed, added / kLeft};
    }
    while (true) {
        cheapest = -1;
        for (int i = 0; i < size(); ++i)
            if (removals[size_t(i)].state != Removal::kImpossible &&
                (cheapest < 0 || removals[size_t(i)].cost < removals[size_t(cheapest)].cost))
                cheapest = i;
        if (cheapest < 0) return false;
        Removal& removal = removals[size_t(cheapest)];
        if (removal.state == Removal::kKnown) return true;
        ContactPolygon trial = *this;
        const int64_t added = trial.remove(cheapest);
        removal = {Removal::kKnown, added - trial.polish(std::min(cheapest, trial.size() - 1))};
    }
}

void ContactPolygon::drop_short_edges(int64_t affordable) {
    const int64_t most = doubled_area() + affordable;
    bool has_dropped = true;
    while (has_dropped && size() > 4) {
        std::vector<std::pair<double, int>> edges;
        double sum = 0;
        for (int i = 0; i < size(); ++i) {
            edges.push_back({std::sqrt(double(squared_distance(point(i), point(next(i))))), i});
            sum += edges.back().first;
        }
        const double limit = sum / size() / 2;
        std::sort(edges.begin(), edges.end());
        has_dropped = false;
        for (size_t k = 0; k < edges.size() && edges[k].first < limit && !has_dropped; ++k) {
            ContactPolygon best = *this;
            for (const int gone : {edges[k].second, next(edges[k].second)}) {
                // The edge itself goes with its first vertex if that is convex, or either reflex end.
                if (gone != edges[k].second && is_convex(gone)) continue;
                ContactPolygon trial = *this;
                if (trial.remove(gone) == kImpossible) continue;
                trial.polish(std::min(gone, trial.size() - 1));
                const bool is_better = best.size() == size() || trial.doubled_area() < best.doubled_area();
                if (is_better && trial.doubled_area() <= most) best = trial;
            }
            has_dropped = best.size() < size();
            if (has_dropped) *this = best;
        }
    }
}

// Giving back

// Cutting a convex corner is moving an edge of no length that stands in it.
bool ContactPolygon::cut_corner(int i) {
    if (!is_convex(i)) return false;
    const int before = previous(i), after = next(i);
    const Joint joint = {point(before),
                         point(i),
                         point(i),
                         point(after),
                         (*ring_)[at(before).contact],
                         (*ring_)[at(i).contact],
                         true,
                         true};
    EdgeSlide slide(joint, hulls_->between(at(before).contact, at(i).contact), image_, kLeast);
    for (Placement place; slide.next(place);) {
        const Way way = {before, after, {joint.before, place.start, place.end, joint.after}, 4};
        if (!keeps_ring_inside(way) || !has_room(way)) continue;
        const Vertex end = {place.end, at(i).contact, at(i).notch, false, false};
        at(i).point = place.start;
        at(i).contact = place.contact;
        vertices_.insert(vertices_.begin() + i + 1, end);
        for (const int edge : {previous(i), i, i + 1}) anchor(edge);
        for (const int beside : {previous(i), next(i + 1)}) find_notch(beside);
        unsettle_around(i);
        unsettle_around(i + 1);
        assert(is_valid() && is_in_order());
        return true;
    }
    return false;
}

void ContactPolygon::grow(int budget) {
    while (size() < budget) {
        ContactPolygon best = *this;
        int64_t least = doubled_area();
        for (int i = 0; i < size(); ++i) {
            ContactPolygon trial = *this;
            if (!trial.cut_corner(i)) continue;
            trial.polish(i);
            const int64_t area = trial.doubled_area();
            if (area < least) least = area, best = trial;
        }
        if (best.size() == size()) return;
        *this = best;
    }
}

}  // namespace spinelift
