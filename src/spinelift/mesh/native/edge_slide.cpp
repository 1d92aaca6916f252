// The area that an edge cuts off between two fixed lines has its best where the edge is flush with
// the hull, or leans on the one hull point that is its middle, or has an end that can slide no
// farther. These are proposed in floating point, and the best of them laid on the grid.
#include "edge_slide.hpp"

namespace spinelift {
namespace {

constexpr double kSharpestTurn = -0.17;  // cosine: an edge turns by at most about 100 degrees

int64_t dot_of(Point a, Point b, Point c, Point d) {
    return int64_t(b.x - a.x) * (d.x - c.x) + int64_t(b.y - a.y) * (d.y - c.y);
}

// Coordinates are -1 or more.
template <class Visit>
void for_each_grid_point(double near_x, double near_y, Visit visit) {
    const int32_t x = int32_t(near_x + 1) - 1, y = int32_t(near_y + 1) - 1;
    for (int32_t dy = 0; dy <= 1; ++dy)
        for (int32_t dx = 0; dx <= 1; ++dx) visit(Point{x + dx, y + dy});
}

}  // namespace

EdgeSlide::EdgeSlide(const Joint& joint, const Hull& hull, Rectangle image, int64_t least)
    : joint_(joint),
      hull_(hull),
      image_(image),
      least_(least),
      start_line_(between(joint.before, joint.start)),
      edge_(between(joint.start, joint.end)),
      end_line_(between(joint.end, joint.after)),
      first_(dot(between(joint.before, joint.behind), start_line_) / dot(start_line_, start_line_)),
      last_(dot(between(joint.end, joint.ahead), end_line_) / dot(end_line_, end_line_)),
      area_(turn(joint.before, joint.start, joint.end) + turn(joint.before, joint.end, joint.after)) {
    for (size_t i = 0; i < hull_.size(); ++i) {
        const Point previous = hull_[i > 0 ? i - 1 : hull_.size() - 1].point, at = hull_[i].point;
        const Point next = hull_[i + 1 < hull_.size() ? i + 1 : 0].point;
        const Vector from = between(previous, at), to = between(at, next);
        if (!turns_into(to)) continue;
        if (turns_out_of(to)) propose_flush_with(at, next);
        if (turns_out_of(from)) propose_middle(at, previous, next);
    }
    propose_from_start(first_);
    propose_from_start(1);
    propose_from_end(last_);
    propose_from_end(0);
}

bool EdgeSlide::next(Placement& placement) {
    while (given_ < count_) {
        placement = laid(proposals_[size_t(given_++)]);
        if (placement.gain >= least_) return true;
    }
    return false;
}

EdgeSlide::Vector EdgeSlide::on_start_line(double at) const {
    return {joint_.before.x + at * start_line_.x, joint_.before.y + at * start_line_.y};
}

EdgeSlide::Vector EdgeSlide::on_end_line(double at) const {
    return {joint_.end.x + at * end_line_.x, joint_.end.y + at * end_line_.y};
}

// Could an edge of this direction follow the line before, and be followed by the line after?
bool EdgeSlide::turns_into(Vector direction) const {
    return (cross(start_line_, direction) > 0) == joint_.start_is_convex;
}

bool EdgeSlide::turns_out_of(Vector direction) const {
    return (cross(direction, end_line_) > 0) == joint_.end_is_convex;
}

bool EdgeSlide::is_near_image(Vector p) const {
    return p.x >= image_.left - 1 && p.x <= image_.right + 1 && p.y >= image_.top - 1 &&
           p.y <= image_.bottom + 1;
}

// Proposals

void EdgeSlide::propose_flush_with(Point a, Point b) {
    const Vector direction = between(a, b);
    propose(cross(between(joint_.before, a), direction) / cross(start_line_, direction),
            cross(between(joint_.end, a), direction) / cross(end_line_, direction), direction, true);
}

// On the line through a hull point that is the middle of its piece between the two lines.
void EdgeSlide::propose_middle(Point at, Point previous, Point next) {
    // Mirrored at the point, the end lies on the start line.
    const Vector mirrored = {2.0 * at.x - joint_.before.x - joint_.end.x,
                             2.0 * at.y - joint_.before.y - joint_.end.y};
    const double start = cross(mirrored, end_line_) / cross(start_line_, end_line_);
    const Vector direction = between(on_start_line(start), at);
    if (cross(direction, between(at, previous)) < 0 || cross(direction, between(at, next)) < 0) return;
    propose(start, cross(between(joint_.end, at), direction) / cross(end_line_, direction), direction,
            true);
}

void EdgeSlide::propose_from_start(double at) {
    const Vector start = on_start_line(at);
    const HullPoint* lean = hull_.data();
    for (const HullPoint& h : hull_)
        if (cross(between(start, lean->point), between(start, h.point)) < 0) lean = &h;
    const Vector direction = between(start, lean->point);
    propose(at, cross(between(joint_.end, lean->point), direction) / cross(end_line_, direction),
            direction, true);
}

void EdgeSlide::propose_from_end(double at) {
    const Vector end = on_end_line(at);
    const HullPoint* lean = hull_.data();
    for (const HullPoint& h : hull_)
        if (cross(between(end, lean->point), between(end, h.point)) > 0) lean = &h;
    const Vector back = between(end, lean->point);
    propose(cross(between(joint_.before, lean->point), back) / cross(start_line_, back), at,
            {-back.x, -back.y}, false);
}

// Not a number, as where lines are parallel, is refused by the first comparison.
void EdgeSlide::propose(double start, double end, Vector direction, bool is_from_start) {
    if (!(start >= first_ && end <= last_)) return;
    if (!turns_into(direction) || !turns_out_of(direction)) return;
    const double along = dot(direction, edge_);
    if (along < 0 && along * along > kSharpestTurn * kSharpestTurn * dot(direction, direction) * dot(edge_, edge_))
        return;
    const Vector s = on_start_line(start), e = on_end_line(end);
    if (!is_near_image(s) || !is_near_image(e)) return;
    const Vector to_start = {s.x - joint_.before.x, s.y - joint_.before.y};
    const Vector to_end = {e.x - joint_.before.x, e.y - joint_.before.y};
    const double gain = double(area_) - cross(to_start, to_end) -
                        cross(to_end, between(joint_.before, joint_.after));
    if (!(gain >= double(least_))) return;
    int at = std::min(count_, kMost);
    while (at > 0 && proposals_[size_t(at - 1)].gain < gain) --at;
    if (at == kMost) return;
    count_ = std::min(count_ + 1, kMost);
    for (int i = count_ - 1; i > at; --i) proposals_[size_t(i)] = proposals_[size_t(i - 1)];
    proposals_[size_t(at)] = {gain, start, end, is_from_start};
}

// Onto the grid

// Outside of its line, in the image, and not beyond what the neighbour leans on?
bool EdgeSlide::is_start(Point p) const {
    return image_.contains(p) && turn(joint_.before, joint_.start, p) <= 0 &&
           dot_of(joint_.before, joint_.start, joint_.behind, p) >= 0;
}

bool EdgeSlide::is_end(Point p) const {
    return image_.contains(p) && turn(joint_.end, joint_.after, p) <= 0 &&
           dot_of(joint_.end, joint_.after, p, joint_.ahead) >= 0;
}

// One end goes to a grid point, the other to where the tangent from there to the hull leads.
Placement EdgeSlide::laid(const Proposal& proposal) const {
    Placement best = {{}, {}, 0, INT64_MIN};
    const auto lay_from = [&](Point p) {
        const bool is_from_start = proposal.is_from_start;
        if (!(is_from_start ? is_start(p) : is_end(p))) return;
        const int side = is_from_start ? 1 : -1;
        const HullPoint* lean = tangent(p, side);
        const Vector direction = between(p, lean->point);
        const Vector other = is_from_start
            ? on_end_line(cross(between(joint_.end, p), direction) / cross(end_line_, direction))
            : on_start_line(cross(between(joint_.before, p), direction) / cross(start_line_, direction));
        if (!is_near_image(other)) return;
        for_each_grid_point(other.x, other.y, [&](Point q) {
            if (turn(p, lean->point, q) * side > 0 || !(is_from_start ? is_end(q) : is_start(q))) return;
            take_if_better(is_from_start ? Placement{p, q, lean->index, 0} : Placement{q, p, lean->index, 0},
                           best);
        });
    };
    const Vector first = proposal.is_from_start ? on_start_line(proposal.start) : on_end_line(proposal.end);
    for_each_grid_point(first.x, first.y, lay_from);
    return best;
}

// What a line from p leans on that has the whole hull on its right (side 1), or on its left (-1).
const HullPoint* EdgeSlide::tangent(Point p, int side) const {
    const HullPoint* lean = hull_.front().point == p ? &hull_.back() : &hull_.front();
    for (const HullPoint& h : hull_)
        if (h.point != p && turn(p, lean->point, h.point) * side < 0) lean = &h;
    return lean;
}

void EdgeSlide::take_if_better(Placement placement, Placement& best) const {
    const Point start = placement.start, end = placement.end;
    const int64_t at_start = turn(joint_.before, start, end), at_end = turn(start, end, joint_.after);
    if (at_start == 0 || (at_start > 0) != joint_.start_is_convex) return;
    if (at_end == 0 || (at_end > 0) != joint_.end_is_convex) return;
    placement.gain = area_ - at_start - turn(joint_.before, end, joint_.after);
    if (placement.gain > best.gain) best = placement;
}

}  // namespace spinelift
