// Ears are cut off the polygon, inside points are put into the triangle that they lie in, and
// edges are flipped until each is Delaunay (Lawson 1977). Hull edges have a triangle on one side
// only and are never flipped, so the result is the constrained Delaunay triangulation. Ties (four
// points on a circle) keep the edge that is there, so every flip is a strict gain and it ends.
#include "triangulation.hpp"

namespace spinelift {
namespace {

// Positive where d lies strictly inside the circle through the clockwise triangle abc.
int in_circle(Point a, Point b, Point c, Point d) {
    const int64_t ax = a.x - d.x, ay = a.y - d.y, bx = b.x - d.x, by = b.y - d.y;
    const int64_t cx = c.x - d.x, cy = c.y - d.y;
    const int128 determinant = int128(ax * ax + ay * ay) * (bx * cy - by * cx) +
                               int128(bx * bx + by * by) * (cx * ay - cy * ax) +
                               int128(cx * cx + cy * cy) * (ax * by - ay * bx);
    return (determinant > 0) - (determinant < 0);
}

}  // namespace

Triangulation::Triangulation(const std::vector<Point>& polygon) : points_(polygon) {
    const int size = int(polygon.size());
    for (int i = 0; i < size; ++i) next_on_hull_.push_back(i + 1 < size ? i + 1 : 0);
    cut_ears();
    flip_to_delaunay();
}

// Trials

Triangulation::Triangle& Triangulation::edit(int triangle) {
    if (is_trying_ && triangle < kept_triangles_ && trial_of_[triangle] != trial_) {
        trial_of_[triangle] = trial_;
        changed_.push_back(triangle);
        originals_.push_back(triangles_[triangle]);
    }
    return triangles_[triangle];
}

void Triangulation::begin_trial() {
    is_trying_ = true;
    kept_triangles_ = int(triangles_.size());
    hull_point_split_ = -1;
    changed_.clear();
    originals_.clear();
    trial_of_.resize(triangles_.size(), 0);
    ++trial_;
}

void Triangulation::take_back() {
    for (size_t i = 0; i < changed_.size(); ++i) triangles_[changed_[i]] = originals_[i];
    triangles_.resize(kept_triangles_);
    suspects_.clear();
    if (hull_point_split_ >= 0) next_on_hull_[hull_point_split_] = next_on_hull_.back();
    next_on_hull_.pop_back();
    points_.pop_back();
    is_trying_ = false;
}

// No other corner of what is left of the polygon lies in the closed triangle abc.
bool Triangulation::is_ear(const std::vector<int>& next, int a, int b, int c) const {
    const Point p = points_[a], q = points_[b], r = points_[c];
    if (turn(p, q, r) <= 0) return false;
    for (int i = next[c]; i != a; i = next[i]) {
        const Point s = points_[i];
        if (turn(p, q, s) >= 0 && turn(q, r, s) >= 0 && turn(r, p, s) >= 0) return false;
    }
    return true;
}

// The polygon

void Triangulation::cut_ears() {
    const int hull = int(points_.size());
    std::vector<int> next(hull), previous(hull);
    for (int i = 0; i < hull; ++i) next[i] = (i + 1) % hull, previous[i] = (i + hull - 1) % hull;
    int left = hull, since_last_ear = 0;
    for (int i = 0; left > 2; i = next[i]) {
        const int a = previous[i], c = next[i];
        if (!is_ear(next, a, i, c)) {
            if (++since_last_ear > left) {
                triangles_.clear();
                return;
            }
            continue;
        }
        triangles_.push_back({{a, i, c}, {-1, -1, -1}});
        next[a] = c, previous[c] = a;
        --left, since_last_ear = 0;
    }
    join_neighbours();
    for (int t = 0; t < int(triangles_.size()); ++t) suspects_.push_back(t);
}

void Triangulation::join_neighbours() {
    struct Side {
        int64_t key;
        int triangle, edge;
    };
    std::vector<Side> sides;
    for (int t = 0; t < int(triangles_.size()); ++t)
        for (int e = 0; e < 3; ++e) {
            const int64_t a = triangles_[t].corners[e], b = triangles_[t].corners[(e + 1) % 3];
            sides.push_back({std::min(a, b) << 32 | std::max(a, b), t, e});
        }
    std::sort(sides.begin(), sides.end(), [](const Side& a, const Side& b) { return a.key < b.key; });
    for (size_t i = 0; i + 1 < sides.size(); ++i) {
        const Side &one = sides[i], &other = sides[i + 1];
        if (one.key != other.key) continue;
        triangles_[one.triangle].neighbours[one.edge] = other.triangle;
        triangles_[other.triangle].neighbours[other.edge] = one.triangle;
    }
}

// Points

bool Triangulation::insert(Point p, int near) {
    const int t = find(p, near), point = int(points_.size());
    if (t < 0) return false;
    points_.push_back(p);
    next_on_hull_.push_back(-1);
    for (int e = 0; e < 3; ++e) {
        if (turn(at(t, e), at(t, e + 1), p) != 0) continue;
        if (split_inner_edge(t, e, point)) {
            flip_to_delaunay();
            return true;
        }
        points_.pop_back();  // on the polygon
        next_on_hull_.pop_back();
        return false;
    }
    split_triangle(t, point);
    flip_to_delaunay();
    return true;
}

// Walks towards the point.
int Triangulation::find(Point p, int near) const {
    int t = near;
    for (size_t steps = 0; t >= 0 && steps < triangles_.size(); ++steps) {
        int e = 0;
        while (e < 3 && turn(at(t, e), at(t, e + 1), p) >= 0) ++e;
        if (e == 3) return t;
        t = triangles_[t].neighbours[e];
    }
    return -1;
}

void Triangulation::split_triangle(int t, int point) {
    const auto [a, b, c] = triangles_[t].corners;
    const auto [across_ab, across_bc, across_ca] = triangles_[t].neighbours;
    const int t1 = int(triangles_.size()), t2 = t1 + 1;
    edit(t) = {{a, b, point}, {across_ab, t1, t2}};
    triangles_.push_back({{b, c, point}, {across_bc, t2, t}});
    triangles_.push_back({{c, a, point}, {across_ca, t, t1}});
    replace_neighbour(across_bc, t, t1);
    replace_neighbour(across_ca, t, t2);
    suspects_.insert(suspects_.end(), {t, t1, t2});
}

// False on a corner, and on the polygon.
bool Triangulation::split_inner_edge(int t, int e, int p) {
    const int o = triangles_[t].neighbours[e];
    if (o < 0 || points_[p] == at(t, e) || points_[p] == at(t, e + 1)) return false;
    const Quadrilateral q = around(t, e);
    const int t1 = int(triangles_.size()), o1 = t1 + 1;
    edit(t) = {{q.a, p, q.c}, {o1, t1, q.across_ca}};
    edit(o) = {{q.b, p, q.d}, {t1, o1, q.across_db}};
    triangles_.push_back({{p, q.b, q.c}, {o, q.across_bc, t}});
    triangles_.push_back({{p, q.a, q.d}, {t, q.across_ad, o}});
    replace_neighbour(q.across_bc, t, t1);
    replace_neighbour(q.across_ad, o, o1);
    suspects_.insert(suspects_.end(), {t, o, t1, o1});
    return true;
}

bool Triangulation::split_hull_edge(int t, int e, Point p) {
    const Triangle triangle = triangles_[t];
    const int a = triangle.corners[e], b = triangle.corners[(e + 1) % 3], c = triangle.corners[(e + 2) % 3];
    const int across_bc = triangle.neighbours[(e + 1) % 3], across_ca = triangle.neighbours[(e + 2) % 3];
    if (turn(points_[a], p, points_[c]) <= 0 || turn(p, points_[b], points_[c]) <= 0) return false;
    const int point = int(points_.size()), t1 = int(triangles_.size());
    points_.push_back(p);
    next_on_hull_.push_back(b);
    next_on_hull_[a] = point;
    hull_point_split_ = a;
    edit(t) = {{a, point, c}, {-1, t1, across_ca}};
    triangles_.push_back({{point, b, c}, {-1, across_bc, t}});
    replace_neighbour(across_bc, t, t1);
    suspects_.insert(suspects_.end(), {t, t1});
    flip_to_delaunay();
    return true;
}

void Triangulation::replace_neighbour(int triangle, int was, int is) {
    if (triangle < 0) return;
    for (int32_t& neighbour : edit(triangle).neighbours)
        if (neighbour == was) {
            neighbour = is;
            return;
        }
}

// The two triangles abc and bad on both sides of an edge, and what lies around them.
Triangulation::Quadrilateral Triangulation::around(int t, int e) const {
    const Triangle &one = triangles_[t], &other = triangles_[one.neighbours[e]];
    int f = 0;
    while (other.neighbours[f] != t || other.corners[f] != one.corners[(e + 1) % 3]) ++f;
    return {one.corners[e],
            one.corners[(e + 1) % 3],
            one.corners[(e + 2) % 3],
            other.corners[(f + 2) % 3],
            one.neighbours[(e + 1) % 3],
            one.neighbours[(e + 2) % 3],
            other.neighbours[(f + 1) % 3],
            other.neighbours[(f + 2) % 3]};
}

// Replaces the edge ab by cd.
void Triangulation::flip(int t, int e) {
    const int o = triangles_[t].neighbours[e];
    const Quadrilateral q = around(t, e);
    edit(t) = {{q.a, q.d, q.c}, {q.across_ad, o, q.across_ca}};
    edit(o) = {{q.d, q.b, q.c}, {q.across_db, q.across_bc, t}};
    replace_neighbour(q.across_ad, o, t);
    replace_neighbour(q.across_bc, t, o);
    suspects_.insert(suspects_.end(), {t, o});
}

void Triangulation::flip_to_delaunay() {
    while (!suspects_.empty()) {
        const int t = suspects_.back();
        suspects_.pop_back();
        for (int e = 0; e < 3; ++e) {
            if (triangles_[t].neighbours[e] < 0) continue;
            const Quadrilateral q = around(t, e);
            if (in_circle(points_[q.a], points_[q.b], points_[q.c], points_[q.d]) <= 0) continue;
            flip(t, e);
            break;  // t is among the suspects again
        }
    }
}

namespace {

// Are there as many triangles as Spine wants, all clockwise, of the polygon's whole area?
bool tile(const std::vector<Corners3>& triangles, const std::vector<Point>& points, int hull) {
    if (triangles.size() + size_t(hull) + 2 != 2 * points.size()) return false;
    int64_t sum = 0;
    for (const auto& [a, b, c] : triangles) {
        const int64_t area = turn(points[size_t(a)], points[size_t(b)], points[size_t(c)]);
        if (area <= 0) return false;
        sum += area;
    }
    return sum == doubled_area({points.begin(), points.begin() + hull});
}

}  // namespace

std::vector<Corners3> triangulate(const std::vector<Point>& points, int hull) {
    Triangulation triangulation({points.begin(), points.begin() + hull});
    if (triangulation.triangles().empty()) return {};
    for (int point = hull; point < int(points.size()); ++point) {
        // The newest triangle is a good guess; from the polygon's notches the way may lead outside.
        const int count = int(triangulation.triangles().size());
        bool is_in = triangulation.insert(points[point], count - 1);
        for (int t = 0; t < count && !is_in; ++t) is_in = triangulation.insert(points[point], t);
        if (!is_in) return {};
    }
    std::vector<Corners3> result;
    for (const Triangulation::Triangle& triangle : triangulation.triangles()) {
        Corners3 corners = triangle.corners;
        std::rotate(corners.begin(), std::min_element(corners.begin(), corners.end()), corners.end());
        result.push_back(corners);
    }
    std::sort(result.begin(), result.end());
    if (!tile(result, points, hull)) return {};
    return result;
}

}  // namespace spinelift
