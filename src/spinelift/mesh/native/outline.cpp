#include "outline.hpp"

#include <cmath>

namespace spinelift {
Outline::Outline(const std::vector<Corner>& corners, Rectangle bounds)
    : bounds_(bounds), grid_(bounds, corners.size()), size_(int(corners.size())), head_(0) {
    nodes_.reserve(corners.size() * 2);
    for (int i = 0; i < size_; ++i)
        nodes_.push_back({corners[i], (i + size_ - 1) % size_, (i + 1) % size_, true, {0, 0}});
    for (int i = 0; i < size_; ++i) link(i, nodes_[i].next);
}

std::vector<Corner> Outline::corners() const {
    std::vector<Corner> result;
    int node = head_;
    do {
        result.push_back(nodes_[node].corner);
        node = nodes_[node].next;
    } while (node != head_);
    return result;
}

void Outline::link(int from, int to) {
    nodes_[from].next = to;
    nodes_[to].previous = from;
    grid_.insert({from, to}, point(from), point(to));
}

int Outline::insert(int before, int after, Corner corner) {
    const int node = int(nodes_.size());
    nodes_.push_back({corner, before, after, true, {0, 0}});
    link(before, node);
    link(node, after);
    return node;
}

// Is there room?

bool Outline::is_on_old_way(const Detour& detour, int node) const {
    for (int at = detour.before; at != detour.after; at = nodes_[at].next)
        if (at == node) return true;
    return false;
}

// Does the new way touch nothing of the boundary but what it replaces? Since neither way is crossed
// by any other edge, the area between the two is then free as a whole. The edges that come into
// `before` and go out of `after` share a point with the new way; they must not lead into that area.
bool Outline::is_clear(const Detour& detour) {
    const Point* path = detour.path;
    const int before = detour.before, after = detour.after;
    const Point u = point(before), x = point(after);
    const Point old_first = point(nodes_[before].next), old_last = point(nodes_[after].previous);
    const Point new_first = path[1], new_last = path[detour.points - 2];
    const Point incoming = point(nodes_[before].previous), outgoing = point(nodes_[after].next);
    const bool is_outward = detour.is_outward;
    if (in_wedge(u, is_outward ? old_first : new_first, is_outward ? new_first : old_first, incoming) ||
        in_wedge(x, is_outward ? new_last : old_last, is_outward ? old_last : new_last, outgoing))
        return false;
    for (int i = 0; i + 1 < detour.points; ++i) {
        const Point a = path[i], b = path[i + 1];
        const bool is_free = grid_.all_near(
            a, b, 0, [&](EdgeGrid::Edge edge) { return is_edge(edge); },
            [&](EdgeGrid::Edge edge) {
                if (is_on_old_way(detour, edge.start)) return true;
                if (edge.end == before && a == u) return true;   // judged by the wedge
                if (edge.start == after && b == x) return true;  // likewise
                return !segments_touch(a, b, point(edge.start), point(edge.end));
            });
        if (!is_free) return false;
    }
    return true;
}

// Is the new point half a pixel from every corner that stays?
bool Outline::is_far_from_others(Point at, const Detour& detour) {
    const auto is_far = [&](int node) {
        const bool goes = node != detour.before && is_on_old_way(detour, node);
        return goes || squared_distance(point(node), at) >= kNearest * kNearest;
    };
    return grid_.all_near(
        at, at, kNearest, [&](EdgeGrid::Edge edge) { return is_edge(edge); },
        [&](EdgeGrid::Edge edge) { return is_far(edge.start) && is_far(edge.end); });
}

// Taking away

void Outline::collapse(int budget, int64_t tolerance) {
    if (!is_begun_) {
        if (!smooth_steps(budget, tolerance)) return;
        int node = head_;
        do {
            propose_reflex_removal(node);
            propose_edge_removal(node);
            node = nodes_[node].next;
        } while (node != head_);
        is_begun_ = true;
    }
    while (!heap_.empty()) {
        const Operation operation = heap_.front();
        if (operation.cost > tolerance && size_ <= budget) return;
        std::pop_heap(heap_.begin(), heap_.end());
        heap_.pop_back();
        const Node& at = nodes_[operation.node];
        if (!at.is_live || at.version[operation.kind] != operation.version) continue;
        const int before = operation.kind == kRemoveReflex
                               ? remove_reflex(operation.node)
                               : remove_edge(operation.node, operation.apex);
        if (before >= 0) propose_around(before);
    }
}

// Steps of one pixel, most corners of a traced ring, go without the heap: all of them cost the same,
// and hardly anything costs less. False where not all of them had to go.
bool Outline::smooth_steps(int budget, int64_t tolerance) {
    int node = head_;
    for (int left = size_; left > 0; --left) {
        const Node& at = nodes_[node];
        const Point u = point(at.previous), v = point(node), x = point(at.next);
        const int64_t cost = -turn(u, v, x);
        const bool is_step = cost > 0 ? cost <= kStep : cost == 0 && dot(v, u, x) < 0;
        if (is_step && cost > tolerance && size_ <= budget) return false;
        const int before = is_step ? remove_reflex(node) : -1;
        left += before >= 0 ? 2 : 0;  // look again at the one before
        node = before >= 0 ? before : at.next;
    }
    return true;
}

void Outline::propose_reflex_removal(int node) {
    Node& at = nodes_[node];
    const int version = ++at.version[kRemoveReflex];
    const Point u = point(at.previous), v = point(node), x = point(at.next);
    const int64_t bend = turn(u, v, x);
    if (bend > 0 || (bend == 0 && dot(v, u, x) > 0)) return;
    push({-bend, kRemoveReflex, node, version, v});
}

void Outline::propose_edge_removal(int node) {
    Operation operation = {0, kRemoveEdge, node, ++nodes_[node].version[kRemoveEdge], {}};
    if (find_apex(node, operation.apex, operation.cost)) push(operation);
}

// After a change that put `before` and `after` next to each other, or one new corner between them:
// what looks at that stretch is proposed anew.
void Outline::propose_around(int before) {
    int node = nodes_[before].previous;
    for (int i = 0; i < std::min(size_, 4); ++i, node = nodes_[node].next) propose_edge_removal(node);
    node = before;
    for (int i = 0; i < std::min(size_, 3); ++i, node = nodes_[node].next) propose_reflex_removal(node);
}

void Outline::push(const Operation& operation) {
    heap_.push_back(operation);
    std::push_heap(heap_.begin(), heap_.end());
}

// Where the edge pq goes, with its neighbours u -> p and q -> x prolonged: the grid point of least
// added area that is on neither line's inner side, near the lines' crossing.
bool Outline::find_apex(int node, Point& apex, int64_t& cost) const {
    const int end = nodes_[node].next;
    const Point u = point(nodes_[node].previous), p = point(node);
    const Point q = point(end), x = point(nodes_[end].next);
    if (turn(u, p, q) <= 0 || turn(p, q, x) <= 0) return false;
    const int64_t ax = p.x - u.x, ay = p.y - u.y, bx = x.x - q.x, by = x.y - q.y;
    const int64_t sine = ax * by - ay * bx;
    if (sine <= 0) return false;  // the prolonged edges never meet
    const int64_t reach = int64_t(q.x - p.x) * by - int64_t(q.y - p.y) * bx;
    const int64_t cross_x = p.x + floor_division(int128(ax) * reach, sine);
    const int64_t cross_y = p.y + floor_division(int128(ay) * reach, sine);
    if (cross_x < bounds_.left - 1 || cross_x > bounds_.right || cross_y < bounds_.top - 1 ||
        cross_y > bounds_.bottom)
        return false;
    cost = INT64_MAX;
    const auto consider = [&](int64_t cx, int64_t cy) {
        const Point t = {int32_t(cx), int32_t(cy)};
        if (!bounds_.contains(t) || turn(u, p, t) > 0 || turn(q, x, t) > 0) return;
        const int64_t added = turn(u, t, p) + turn(p, t, q) + turn(q, t, x);
        if (added < cost && !is_spike(u, t, x)) cost = added, apex = t;
    };
    for (int dy = 0; dy <= 1; ++dy)
        for (int dx = 0; dx <= 1; ++dx) consider(cross_x + dx, cross_y + dy);
    if (cost < INT64_MAX) return true;
    // The grid points beyond both lines begin farther out, along the bisector.
    const double a_length = std::sqrt(double(ax * ax + ay * ay));
    const double b_length = std::sqrt(double(bx * bx + by * by));
    const double out_x = double(ax) / a_length - double(bx) / b_length;
    const double out_y = double(ay) / a_length - double(by) / b_length;
    for (int steps = 1; steps <= 64 && cost == INT64_MAX; steps *= 2)
        for (int dy = 0; dy <= 1; ++dy)
            for (int dx = 0; dx <= 1; ++dx)
                consider(cross_x + int64_t(std::floor(out_x * steps)) + dx,
                         cross_y + int64_t(std::floor(out_y * steps)) + dy);
    return cost < INT64_MAX;
}

// Returns the corner before what was taken away, or -1 where it cannot be.
int Outline::remove_reflex(int node) {
    const int before = nodes_[node].previous, after = nodes_[node].next;
    if (size_ <= 3 || !is_clear({before, after, {point(before), point(after)}, 2, true})) return -1;
    nodes_[node].is_live = false;
    link(before, after);
    if (head_ == node) head_ = after;
    --size_;
    return before;
}

// Likewise.
int Outline::remove_edge(int node, Point apex) {
    const int end = nodes_[node].next;
    const int before = nodes_[node].previous, after = nodes_[end].next;
    const Detour detour = {before, after, {point(before), apex, point(after)}, 3, true};
    if (size_ <= 4 || !is_far_from_others(apex, detour) || !is_clear(detour)) return -1;
    nodes_[node].is_live = nodes_[end].is_live = false;
    const int at = insert(before, after, {apex, nodes_[node].corner.first, nodes_[end].corner.last});
    if (head_ == node || head_ == end) head_ = at;
    --size_;
    return before;
}

// Giving back

bool Outline::dent(int corner, Point at, int ring_index) {
    const int after = nodes_[corner].next;
    const Detour detour = {corner, after, {point(corner), at, point(after)}, 3, false};
    if (!is_far_from_others(at, detour) || !is_clear(detour)) return false;
    insert(corner, after, {at, ring_index, ring_index});
    ++size_;
    return true;
}

bool Outline::cut(int corner) {
    const int before = nodes_[corner].previous, after = nodes_[corner].next;
    if (size_ <= 3 || !is_clear({before, after, {point(before), point(after)}, 2, false})) return false;
    nodes_[corner].is_live = false;
    link(before, after);
    if (head_ == corner) head_ = after;
    --size_;
    return true;
}

}  // namespace spinelift
