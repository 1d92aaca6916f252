// The yardstick: a long search for the smallest polygon of few vertices that contains a ring.
//
// It shares only the exact predicates with what it measures, and goes about it another way. An edge
// lies on a LINE that touches the ring in a point, its contact, and is free from there both ways as
// far as it neither enters the ring nor leaves the image. Two lines that meet where both are free
// make a corner, which costs the area between it and the ring from contact to contact. A polygon is
// then a ROUND of lines, its area the sum of its corners, and dynamic programming finds the best
// round of at most `budget` lines in any pool: of all at once, not by local moves. The search fills
// pools with random lines and with ever finer variations of the lines of the best round so far.
// What it finds is laid on the grid, by dynamic programming again, over the grid points near every
// corner; there the last word is exact.
#include <array>
#include <cmath>
#include <cstring>
#include <ctime>
#include <limits>
#include <numeric>
#include <random>

#include "geometry.hpp"

using namespace spinelift;

namespace {

// Found by trial: with fewer variations or fewer lines from elsewhere, hard art takes longer.
constexpr int kStart = 2000;      // random lines of the first pool
constexpr int kPool = 250;        // new lines of every other
constexpr double kRandom = 0.4;   // share of these that have nothing to do with the best round
constexpr int kReach = 120;       // lines of a pool, at least, that a corner may skip
constexpr int kTries = 6;         // to find a simple polygon in a pool
constexpr int kStretch = 16;      // edges of the ring that are passed over together
constexpr double kTouch = 1e-6;   // grid units that floating point may be wrong by
constexpr double kApart = 36;     // grid units between vertices: half a pixel, and room to lay them
constexpr double kClear = 2;      // grid units between edges, likewise
constexpr double kNever = std::numeric_limits<double>::infinity();

struct Vector {
    double x, y;
};

Vector operator+(Vector a, Vector b) { return {a.x + b.x, a.y + b.y}; }
Vector operator-(Vector a, Vector b) { return {a.x - b.x, a.y - b.y}; }
Vector operator-(Vector a) { return {-a.x, -a.y}; }
Vector operator*(double factor, Vector a) { return {factor * a.x, factor * a.y}; }
double cross(Vector a, Vector b) { return a.x * b.y - a.y * b.x; }
double dot(Vector a, Vector b) { return a.x * b.x + a.y * b.y; }
double length(Vector a) { return std::sqrt(dot(a, a)); }
Vector turned(Vector a, double angle) {
    const double c = std::cos(angle), s = std::sin(angle);
    return {c * a.x - s * a.y, s * a.x + c * a.y};
}
Vector along(Vector a, Vector wanted) { return dot(a, wanted) < 0 ? -a : a; }

// Runs clockwise, as the ring does: what is inside lies to its right.
struct Line {
    int contact;      // a ring point
    Vector way;       // of length 1
    double from, to;  // where it is free, counted from the contact: from <= 0 <= to
    double slope;     // puts the lines through one contact in the order in which a polygon passes
    friend bool operator==(const Line& a, const Line& b) {
        return a.contact == b.contact && a.slope == b.slope;
    }
    friend bool operator<(const Line& a, const Line& b) {
        return a.contact != b.contact ? a.contact < b.contact : a.slope < b.slope;
    }
};

struct Round {
    std::vector<Line> lines;
    double cost = kNever;  // twice the area between the polygon and the ring
};

// Some edges of the ring and the box round them: most lines pass most of the ring at a distance.
struct Stretch {
    int first, end;
    Vector middle, reach;
};

using Polygon = std::vector<Point>;

class Search {
public:
    Search(std::vector<Point> ring, Rectangle image, int budget, uint64_t seed);

    Polygon run(double seconds);

private:
    int size() const { return int(ring_.size()); }
    Point point(int i) const { return ring_[size_t(i)]; }
    Vector at(int i) const { return {double(point(i).x), double(point(i).y)}; }
    int next(int i) const { return i + 1 < size() ? i + 1 : 0; }
    int previous(int i) const { return i > 0 ? i - 1 : size() - 1; }
    int forward(int i, int steps) const { return (i + steps) % size(); }
    int steps(int from, int to) const { return to >= from ? to - from : to - from + size(); }

    double uniform() { return double(random_() >> 11) * 0x1p-53; }
    int below(int count) { return int(uniform() * count); }
    bool chance(double share) { return uniform() < share; }

    bool touch(int contact, Vector way, Line& line) const;
    int support(int first, int count, Vector way) const;
    int next_on_hull(int first, int count, int from, Vector way) const;
    void add(std::vector<Line>& pool, int contact, Vector way) const;
    void add_flush(std::vector<Line>& pool, int first, int count, int contact, Vector way);
    void add_random(std::vector<Line>& pool, int first, int count);
    void add_random(std::vector<Line>& pool);
    void add_variation(std::vector<Line>& pool, const Round& round);

    Vector corner(const Line& a, const Line& b) const;
    double corner_cost(const Line& a, const Line& b) const;
    Round best_round(std::vector<Line> pool, const Line& through) const;
    Round best_simple_round(std::vector<Line> pool, const Line& through);
    bool is_touching(const Round& round, size_t& first, size_t& second) const;
    Round box() const;
    Round start();
    Round varied(const Round& round);

    Polygon laid(const Round& round) const;
    Polygon laid(const Polygon& polygon, int reach) const;
    bool is_clear(Point a, bool a_may_touch, Point b, bool b_may_touch, const std::vector<int>& near) const;
    bool is_valid(const Polygon& polygon) const;

    std::vector<Point> ring_;
    Rectangle image_;
    int budget_;
    std::mt19937_64 random_;
    std::vector<int64_t> sums_;  // twice the area that the ring sweeps from the origin up to a point
    std::vector<Stretch> stretches_;
};

Search::Search(std::vector<Point> ring, Rectangle image, int budget, uint64_t seed)
    : ring_(std::move(ring)), image_(image), budget_(budget), random_(seed), sums_{0} {
    for (int i = 0; i < size(); ++i) {
        const Point a = point(i), b = point(next(i));
        sums_.push_back(sums_.back() + int64_t(a.x) * b.y - int64_t(b.x) * a.y);
    }
    for (int first = 0; first < size(); first += kStretch) {
        const int end = std::min(first + kStretch, size());
        Vector least = at(first), most = at(first);
        for (int i = first; i < end; ++i) {
            const Vector p = at(next(i));
            least = {std::min(least.x, p.x), std::min(least.y, p.y)};
            most = {std::max(most.x, p.x), std::max(most.y, p.y)};
        }
        stretches_.push_back({first, end, 0.5 * (least + most), 0.5 * (most - least)});
    }
}

// Lines

// The line through a ring point, and how far it is free; false where it is not.
bool Search::touch(int contact, Vector way, Line& line) const {
    const Vector p = at(contact), in = p - at(previous(contact));
    line = {contact, way, -kNever, kNever, std::atan2(cross(in, way), dot(in, way))};
    const auto clip = [&](double position, double step, double low, double high) {
        if (step == 0) return;
        const double a = (low - position) / step, b = (high - position) / step;
        line.from = std::max(line.from, std::min(a, b));
        line.to = std::min(line.to, std::max(a, b));
    };
    clip(p.x, way.x, image_.left, image_.right);
    clip(p.y, way.y, image_.top, image_.bottom);
    bool is_free_ahead = true, is_free_behind = true;
    for (const Stretch& stretch : stretches_) {
        const double middle = cross(way, stretch.middle - p);
        const double reach = std::abs(way.x) * stretch.reach.y + std::abs(way.y) * stretch.reach.x;
        if (middle - reach > 0 || middle + reach < -1) continue;
        double other = cross(way, at(stretch.first) - p);
        for (int i = stretch.first; i < stretch.end; ++i) {
            const int k = next(i);
            const double side = other;
            other = cross(way, at(k) - p);
            if ((side < -kTouch) == (other < -kTouch)) continue;
            const double a = dot(way, at(i) - p), b = dot(way, at(k) - p);
            const double crossing = a + (b - a) * side / (side - other);
            // The line enters the ring where the ring passes to the line's outer side, and leaves it
            // where it comes back. Where it leaves first, or entered last, the contact is inside.
            const bool is_entry = other < -kTouch;
            const bool is_ahead = std::abs(crossing) < kTouch ? is_entry : crossing > 0;
            if (is_ahead && crossing < line.to + kTouch)
                line.to = std::max(crossing, 0.0), is_free_ahead = is_entry;
            if (!is_ahead && crossing > line.from - kTouch)
                line.from = std::min(crossing, 0.0), is_free_behind = !is_entry;
        }
    }
    return is_free_ahead && is_free_behind && line.to - line.from >= kApart;
}

void Search::add(std::vector<Line>& pool, int contact, Vector way) const {
    Line line;
    if (dot(way, way) > 0 && touch(contact, 1 / length(way) * way, line)) pool.push_back(line);
}

// Which of `count` ring points from `first` on does a line of that direction touch from outside?
int Search::support(int first, int count, Vector way) const {
    int best = first;
    double least = kNever;
    for (int k = 0, i = first; k < count; ++k, i = next(i)) {
        const double side = cross(way, at(i));
        if (side < least) least = side, best = i;
    }
    return best;
}

// Turned about the contact `from`, which of the points ahead does the line touch first?
int Search::next_on_hull(int first, int count, int from, Vector way) const {
    int best = from;
    double least = kNever;
    for (int k = 0, i = first; k < count; ++k, i = next(i)) {
        const Vector to = at(i) - at(from);
        if (dot(way, to) <= 0) continue;
        const double slope = std::abs(cross(way, to)) / dot(way, to);
        if (slope < least) least = slope, best = i;
    }
    return best;
}

// Flush with an edge of the hull of `count` ring points; the contact is either end of it.
void Search::add_flush(std::vector<Line>& pool, int first, int count, int contact, Vector way) {
    const int other = next_on_hull(first, count, contact, chance(0.5) ? way : -way);
    const Vector flush = along(at(other) - at(contact), way);
    add(pool, chance(0.5) ? contact : other, flush);
}

// Touches the stretch of `count` ring points from `first` on somewhere.
void Search::add_random(std::vector<Line>& pool, int first, int count) {
    const Vector chord = at(forward(first, count - 1)) - at(first);
    const Vector way = chance(0.3) ? chord : turned(chord, 3 * (uniform() - 0.5));
    const int contact = support(first, count, way), any = forward(first, below(count));
    const double kind = uniform();
    if (kind < 0.4) return add_flush(pool, first, count, contact, way);
    if (kind < 0.6) return add(pool, contact, along(at(any) - at(contact), way));
    if (kind < 0.8) return add(pool, contact, way);
    // Where the ring is hollow, a line can lean on it with both ends and touch it nowhere else.
    add(pool, any, at(chance(0.5) ? next(any) : forward(first, below(count))) - at(any));
}

void Search::add_random(std::vector<Line>& pool) {
    const int count = int(2 * std::pow(size() / 2.0, uniform()));  // every scale as often
    add_random(pool, below(size()), count);
}

// Much like a line of the round, or as its neighbours there would like it.
void Search::add_variation(std::vector<Line>& pool, const Round& round) {
    const int lines = int(round.lines.size()), i = below(lines);
    const auto line = [&](int k) -> const Line& { return round.lines[size_t((k + lines) % lines)]; };
    const int reach = chance(0.7) ? 1 : 2;
    const int first = line(i - reach).contact;
    const int count = steps(first, line(i + reach).contact) + 1;
    if (count < 2) return add_random(pool);
    if (chance(0.25)) return add_random(pool, first, count);
    // Turned a little, by every order of magnitude as often; it may then touch another point.
    const Vector way = turned(line(i).way, std::pow(10, -3.5 * uniform()) * (uniform() - 0.5));
    const int contact = support(first, count, way);
    const Line &before = line(i - 1), &after = line(i + 1);
    const Vector p = at(contact), a = at(before.contact), b = at(after.contact);
    const double kind = uniform(), sine = cross(before.way, after.way);
    if (kind < 0.3) return add(pool, contact, way);
    if (kind < 0.5) return add_flush(pool, first, count, contact, way);
    if (kind < 0.6) return add(pool, contact, along(p - (a + before.to * before.way), way));
    if (kind < 0.7) return add(pool, contact, along(p - (b + after.from * after.way), way));
    // With the contact in the middle between both neighbours, which is where an edge that can turn
    // saves most: mirrored at the contact, the line after meets the line before in the corner.
    if (std::abs(sine) < 1e-9) return;
    const Vector start = a + cross(2 * p - b - a, after.way) / sine * before.way;
    add(pool, contact, along(p - start, way));
}

// Rounds

Vector Search::corner(const Line& a, const Line& b) const {
    const Vector chord = at(b.contact) - at(a.contact);
    return at(a.contact) + cross(chord, b.way) / cross(a.way, b.way) * a.way;
}

// Twice the area between the ring and the way from contact to contact; never, where there is none.
double Search::corner_cost(const Line& a, const Line& b) const {
    const double sine = cross(a.way, b.way), cosine = dot(a.way, b.way);
    const bool is_spike = sine > 0 && cosine < 0 && 48 * sine < -cosine;  // ours has none either
    if (std::abs(sine) < 1e-9 || is_spike) return kNever;
    const Vector p = at(a.contact), q = at(b.contact), chord = q - p;
    const double on_a = cross(chord, b.way) / sine, on_b = cross(chord, a.way) / sine;
    if (on_a < -kTouch || on_a > a.to + kTouch || on_b > kTouch || on_b < b.from - kTouch) return kNever;
    const int64_t swept = sums_[size_t(b.contact)] - sums_[size_t(a.contact)] +
                          (b.contact < a.contact ? sums_.back() : 0);
    const double cost = on_a * cross(a.way, chord) - (double(swept) + cross(q, p));
    return cost < -1 ? kNever : std::max(cost, 0.0);  // the way round the other side is no way
}

// The best round within the budget that goes along the line `through`; no lines if there is none.
Round Search::best_round(std::vector<Line> pool, const Line& through) const {
    std::sort(pool.begin(), pool.end());
    std::rotate(pool.begin(), std::find(pool.begin(), pool.end(), through), pool.end());
    pool.push_back(pool.front());
    const size_t count = pool.size(), layers = size_t(budget_) + 1;
    const size_t reach = std::max(size_t(kReach), 4 * count / size_t(budget_));
    std::vector<double> costs(count * layers, kNever);  // to a line, by how many corners
    std::vector<size_t> before(count * layers, 0);
    costs[0] = 0;
    for (size_t i = 0; i < count; ++i)
        for (size_t k = i + 1; k < std::min(count, i + reach); ++k) {
            const double cost = corner_cost(pool[i], pool[k]);
            if (cost == kNever) continue;
            for (size_t layer = 1; layer < layers; ++layer) {
                const double sum = costs[i * layers + layer - 1] + cost;
                if (sum < costs[k * layers + layer])
                    costs[k * layers + layer] = sum, before[k * layers + layer] = i;
            }
        }
    Round best;
    size_t corners = 0;
    for (size_t layer = 3; layer < layers; ++layer) {
        const double cost = costs[(count - 1) * layers + layer];
        if (cost < best.cost) best.cost = cost, corners = layer;
    }
    for (size_t at = count - 1; corners > 0; --corners) {
        at = before[at * layers + corners];
        best.lines.push_back(pool[at]);
    }
    std::reverse(best.lines.begin(), best.lines.end());
    return best;
}

// Where the best touches itself, one of the two edges has to go.
Round Search::best_simple_round(std::vector<Line> pool, const Line& through) {
    for (int tries = 0; tries < kTries; ++tries) {
        const Round round = best_round(pool, through);
        size_t first, second;
        if (round.lines.empty() || !is_touching(round, first, second)) return round;
        const Line gone = round.lines[first == 0 || chance(0.5) ? second : first];
        pool.erase(std::remove(pool.begin(), pool.end(), gone), pool.end());
    }
    return {};
}

double distance(Vector p, Vector a, Vector b) {
    const Vector side = b - a;
    const double share = std::clamp(dot(p - a, side) / std::max(dot(side, side), 1e-12), 0.0, 1.0);
    return length(p - a - share * side);
}

// Do two edges touch, or nearly, or are the vertices before them too near?
bool Search::is_touching(const Round& round, size_t& first, size_t& second) const {
    const size_t count = round.lines.size();
    std::vector<Vector> corners;  // before each line
    for (size_t i = 0; i < count; ++i)
        corners.push_back(corner(round.lines[(i + count - 1) % count], round.lines[i]));
    for (first = 0; first < count; ++first)
        for (second = first + 1; second < count; ++second) {
            const Vector a = corners[first], b = corners[(first + 1) % count];
            const Vector c = corners[second], d = corners[(second + 1) % count];
            if (length(a - c) < kApart) return true;
            if (second == first + 1 || (first == 0 && second + 1 == count)) continue;
            const bool is_crossing = (cross(b - a, c - a) < 0) != (cross(b - a, d - a) < 0) &&
                                     (cross(d - c, a - c) < 0) != (cross(d - c, b - c) < 0);
            if (is_crossing || distance(a, c, d) < kClear || distance(b, c, d) < kClear ||
                distance(c, a, b) < kClear || distance(d, a, b) < kClear)
                return true;
        }
    return false;
}

Round Search::box() const {
    std::vector<Line> sides;
    for (const Vector way : {Vector{1, 0}, Vector{0, 1}, Vector{-1, 0}, Vector{0, -1}})
        add(sides, support(0, size(), way), way);
    return best_round(sides, sides[0]);
}

Round Search::start() {
    const Round fallback = box();
    std::vector<Line> pool = fallback.lines;
    for (int k = 0; k < kStart; ++k) add_random(pool);
    const Round found = best_simple_round(pool, fallback.lines[0]);
    return found.cost < fallback.cost ? found : fallback;
}

// The best that can be made of a round, variations of it, and random lines.
Round Search::varied(const Round& round) {
    std::vector<Line> pool = round.lines;
    for (int k = 0; k < kPool; ++k)
        if (chance(kRandom))
            add_random(pool);
        else
            add_variation(pool, round);
    return best_simple_round(pool, round.lines[size_t(below(int(round.lines.size())))]);
}

double seconds_of_this_thread() {
    timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return double(time.tv_sec) + 1e-9 * double(time.tv_nsec);
}

Polygon Search::run(double seconds) {
    const double end = seconds_of_this_thread() + seconds;
    Round best = start();
    while (seconds_of_this_thread() < end) {
        const Round found = varied(best);
        if (found.cost < best.cost) best = found;
    }
    const Polygon polygon = laid(best);
    return polygon.empty() ? laid(box()) : polygon;
}

// Onto the grid

// Does the ring stay on the inner side of an edge ab? It may pass through an end that is a reflex
// corner, if on the other side it goes along the polygon's other edge there.
bool Search::is_clear(Point a, bool a_may_touch, Point b, bool b_may_touch, const std::vector<int>& near) const {
    for (const int i : near) {
        const Point s = point(i), t = point(next(i));
        const bool s_is_outside = turn(a, b, s) < 0, t_is_outside = turn(a, b, t) < 0;
        if (s_is_outside == t_is_outside) continue;
        const int at_a = sign(turn(s, t, a)), at_b = sign(turn(s, t, b));
        if (at_a * at_b < 0) return false;
        if (at_a == 0 && in_box(a, s, t) && !(a_may_touch && s_is_outside)) return false;
        if (at_b == 0 && in_box(b, s, t) && !(b_may_touch && t_is_outside)) return false;
    }
    return true;
}

// The smallest polygon whose corners are at most `reach` from those given; empty if there is none.
Polygon Search::laid(const Polygon& polygon, int reach) const {
    const size_t count = polygon.size();
    const auto after = [&](size_t i) { return i + 1 < count ? i + 1 : 0; };
    std::vector<std::vector<Point>> places(count);
    std::vector<char> is_reflex(count);
    for (size_t i = 0; i < count; ++i) {
        const Point p = polygon[i];
        is_reflex[after(i)] = turn(p, polygon[after(i)], polygon[after(after(i))]) < 0;
        for (int y = p.y - reach; y <= p.y + reach; ++y)
            for (int x = p.x - reach; x <= p.x + reach; ++x)
                if (image_.contains({x, y})) places[i].push_back({x, y});
    }
    // May the edge after corner i go from its place a to the next corner's place b?
    std::vector<std::vector<char>> may_go(count);
    for (size_t i = 0; i < count; ++i) {
        const Point p = polygon[i], q = polygon[after(i)];
        std::vector<int> near;
        for (int k = 0; k < size(); ++k) {
            const Point s = point(k), t = point(next(k));
            if (std::max(s.x, t.x) >= std::min(p.x, q.x) - reach && std::min(s.x, t.x) <= std::max(p.x, q.x) + reach &&
                std::max(s.y, t.y) >= std::min(p.y, q.y) - reach && std::min(s.y, t.y) <= std::max(p.y, q.y) + reach)
                near.push_back(k);
        }
        for (const Point a : places[i])
            for (const Point b : places[after(i)])
                may_go[i].push_back(is_clear(a, is_reflex[i], b, is_reflex[after(i)], near));
    }
    constexpr int64_t kNone = INT64_MAX;
    int64_t least = kNone;
    Polygon best;
    for (size_t start = 0; start < places[0].size(); ++start) {
        std::vector<std::vector<int64_t>> areas(count + 1);
        std::vector<std::vector<size_t>> before(count + 1);
        areas[0].assign(places[0].size(), kNone);
        areas[0][start] = 0;
        for (size_t i = 0; i < count; ++i) {
            const auto &here = places[i], &there = places[after(i)];
            areas[i + 1].assign(there.size(), kNone);
            before[i + 1].assign(there.size(), 0);
            for (size_t a = 0; a < here.size(); ++a)
                for (size_t b = 0; b < there.size() && areas[i][a] != kNone; ++b) {
                    const int64_t swept = int64_t(here[a].x) * there[b].y - int64_t(there[b].x) * here[a].y;
                    if (areas[i][a] + swept < areas[i + 1][b] && may_go[i][a * there.size() + b])
                        areas[i + 1][b] = areas[i][a] + swept, before[i + 1][b] = a;
                }
        }
        if (areas[count][start] >= least) continue;
        Polygon found(count);
        for (size_t i = count, place = start; i > 0; --i) {
            place = before[i][place];
            found[i - 1] = places[i - 1][place];
        }
        if (is_valid(found)) least = areas[count][start], best = found;
    }
    return best;
}

Polygon Search::laid(const Round& round) const {
    Polygon rounded;
    for (size_t i = 0; i < round.lines.size(); ++i) {
        const Vector p = corner(round.lines[i], round.lines[(i + 1) % round.lines.size()]);
        rounded.push_back({int32_t(std::lround(p.x)), int32_t(std::lround(p.y))});
    }
    Polygon best = laid(rounded, 2);
    if (best.empty()) best = laid(rounded, 4);
    while (!best.empty()) {
        const Polygon better = laid(best, 1);
        if (better.empty() || doubled_area(better) >= doubled_area(best)) break;
        best = better;
    }
    return best;
}

// Is a point inside of a corner or on its sides?
bool is_in_corner(Point from, Point corner, Point to, Point p) {
    const bool is_in_first = turn(from, corner, p) >= 0, is_in_second = turn(corner, to, p) >= 0;
    return turn(from, corner, to) > 0 ? is_in_first && is_in_second : is_in_first || is_in_second;
}

// Simple, clockwise, in the image, no two vertices too near, crossed by the ring nowhere: exactly.
bool Search::is_valid(const Polygon& polygon) const {
    const size_t count = polygon.size();
    const auto at = [&](size_t i) { return polygon[i % count]; };
    if (count < 3 || doubled_area(polygon) < sums_.back()) return false;
    std::vector<int> all(ring_.size());
    std::iota(all.begin(), all.end(), 0);
    for (size_t i = 0; i < count; ++i) {
        const Point a = at(i), b = at(i + 1), c = at(i + 2);
        const bool folds_back = turn(a, b, c) == 0 && dot(b, a, c) > 0;
        if (!image_.contains(a) || folds_back || !is_clear(a, true, b, true, all)) return false;
        for (size_t k = 0; k < i; ++k) {
            if (squared_distance(a, at(k)) < kGrid * kGrid / 4) return false;
            const bool are_neighbours = k + 1 == i || (i + 1) % count == k;
            if (!are_neighbours && segments_touch(a, b, at(k), at(k + 1))) return false;
        }
        for (const int k : all) {  // where the ring passes through the vertex b
            const Point s = point(k), t = point(next(k));
            if (turn(s, t, b) == 0 && in_box(b, s, t) &&
                ((s != b && !is_in_corner(a, b, c, s)) || (t != b && !is_in_corner(a, b, c, t))))
                return false;
        }
    }
    return true;
}

}  // namespace

#define EXPORT extern "C" __attribute__((visibility("default")))

// Writes the smallest polygon found in `seconds` of this thread's time that contains the ring, lies in
// the image and has at most `budget` (>= 4) vertices, all in grid units. Returns its vertices' number.
EXPORT int32_t search(const int32_t* xy, int32_t size, int32_t width, int32_t height, int32_t budget,
                      double seconds, int64_t seed, int32_t* polygon) {
    std::vector<Point> ring;
    for (int i = 0; i < size; ++i) ring.push_back({xy[2 * i], xy[2 * i + 1]});
    const Polygon found = Search(ring, {0, 0, width, height}, budget, uint64_t(seed)).run(seconds);
    std::memcpy(polygon, found.data(), found.size() * sizeof(Point));
    return int32_t(found.size());
}
