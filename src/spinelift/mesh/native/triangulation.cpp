// Ears are cut off the polygon, inside points are put into the triangle that they lie in, and
// edges are flipped until each is Delaunay (Lawson 1977). Hull edges have a triangle on one side
// only and are never flipped, so the result is the constrained Delaunay triangulation. Ties (four
// points on a circle) keep the edge that is there, so every flip is a strict gain and it ends.
#include "triangulation.hpp"

#include "edge_grid.hpp"

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

class Triangulation {
public:
    explicit Triangulation(const std::vector<Point>& points) : points_(points) {}

    bool cut_ears(int hull);
    bool insert(int point);
    void flip_to_delaunay();
    std::vector<std::array<int32_t, 3>> triangles() const;

private:
    struct Triangle {
        std::array<int32_t, 3> corners;     // clockwise
        std::array<int32_t, 3> neighbours;  // [i] is across the edge from corner i to corner i + 1
    };

    struct Quadrilateral {
        int a, b, c, d;  // points
        int across_bc, across_ca, across_ad, across_db;  // triangles, or -1
    };

    Point at(int triangle, int corner) const {
        return points_[triangles_[triangle].corners[corner % 3]];
    }
    bool is_ear(const std::vector<int>& next, int a, int b, int c) const;
    void join_neighbours();
    void set_neighbour(int triangle, int was, int is) {
        if (triangle < 0) return;
        for (int32_t& neighbour : triangles_[triangle].neighbours)
            if (neighbour == was) {
                neighbour = is;
                return;
            }
    }
    Quadrilateral around(int triangle, int edge) const;
    int find(Point p) const;
    bool split_edge(int triangle, int edge, int point);
    void flip(int triangle, int edge);

    const std::vector<Point>& points_;
    std::vector<Triangle> triangles_;
    std::vector<int> suspects_;  // triangles whose edges may not be Delaunay
};

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

bool Triangulation::cut_ears(int hull) {
    std::vector<int> next(hull), previous(hull);
    for (int i = 0; i < hull; ++i) next[i] = (i + 1) % hull, previous[i] = (i + hull - 1) % hull;
    int left = hull, since_last_ear = 0;
    for (int i = 0; left > 2; i = next[i]) {
        const int a = previous[i], c = next[i];
        if (!is_ear(next, a, i, c)) {
            if (++since_last_ear > left) return false;
            continue;
        }
        triangles_.push_back({{a, i, c}, {-1, -1, -1}});
        next[a] = c, previous[c] = a;
        --left, since_last_ear = 0;
    }
    join_neighbours();
    for (int t = 0; t < int(triangles_.size()); ++t) suspects_.push_back(t);
    return true;
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

// Walks towards the point, and looks everywhere where the walk would leave the polygon.
int Triangulation::find(Point p) const {
    const auto outside_edge = [&](int t) {
        for (int e = 0; e < 3; ++e)
            if (turn(at(t, e), at(t, e + 1), p) < 0) return e;
        return -1;
    };
    int t = int(triangles_.size()) - 1;
    for (size_t steps = 0; t >= 0 && steps < triangles_.size(); ++steps) {
        const int e = outside_edge(t);
        if (e < 0) return t;
        t = triangles_[t].neighbours[e];
    }
    for (t = 0; t < int(triangles_.size()); ++t)
        if (outside_edge(t) < 0) return t;
    return -1;
}

// Puts the point into the triangle or on the edge where it lies: three or four triangles result.
bool Triangulation::insert(int point) {
    const int t = find(points_[point]);
    if (t < 0) return false;
    for (int e = 0; e < 3; ++e)
        if (turn(at(t, e), at(t, e + 1), points_[point]) == 0) return split_edge(t, e, point);
    const auto [a, b, c] = triangles_[t].corners;
    const auto [across_ab, across_bc, across_ca] = triangles_[t].neighbours;
    const int t1 = int(triangles_.size()), t2 = t1 + 1;
    triangles_[t] = {{a, b, point}, {across_ab, t1, t2}};
    triangles_.push_back({{b, c, point}, {across_bc, t2, t}});
    triangles_.push_back({{c, a, point}, {across_ca, t, t1}});
    set_neighbour(across_bc, t, t1);
    set_neighbour(across_ca, t, t2);
    suspects_.insert(suspects_.end(), {t, t1, t2});
    return true;
}

bool Triangulation::split_edge(int t, int e, int p) {
    const int o = triangles_[t].neighbours[e];
    if (o < 0) return false;  // on the hull, or on one of its corners
    const Quadrilateral q = around(t, e);
    const int t1 = int(triangles_.size()), o1 = t1 + 1;
    triangles_[t] = {{q.a, p, q.c}, {o1, t1, q.across_ca}};
    triangles_[o] = {{q.b, p, q.d}, {t1, o1, q.across_db}};
    triangles_.push_back({{p, q.b, q.c}, {o, q.across_bc, t}});
    triangles_.push_back({{p, q.a, q.d}, {t, q.across_ad, o}});
    set_neighbour(q.across_bc, t, t1);
    set_neighbour(q.across_ad, o, o1);
    suspects_.insert(suspects_.end(), {t, o, t1, o1});
    return true;
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
    triangles_[t] = {{q.a, q.d, q.c}, {q.across_ad, o, q.across_ca}};
    triangles_[o] = {{q.d, q.b, q.c}, {q.across_db, q.across_bc, t}};
    set_neighbour(q.across_ad, o, t);
    set_neighbour(q.across_bc, t, o);
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

std::vector<std::array<int32_t, 3>> Triangulation::triangles() const {
    std::vector<std::array<int32_t, 3>> result;
    for (const Triangle& triangle : triangles_) {
        auto corners = triangle.corners;
        std::rotate(corners.begin(), std::min_element(corners.begin(), corners.end()), corners.end());
        result.push_back(corners);
    }
    std::sort(result.begin(), result.end());
    return result;
}

bool is_nearer(Point p, Point a, Point b, int64_t margin) {
    const int64_t along = dot(a, b, p), length = squared_distance(a, b);
    if (along <= 0) return squared_distance(p, a) < margin * margin;
    if (along >= length) return squared_distance(p, b) < margin * margin;
    const int128 doubled = turn(a, b, p);
    return doubled * doubled < int128(margin) * margin * length;
}

}  // namespace

std::vector<std::array<int32_t, 3>> triangulate(const std::vector<Point>& points, int hull) {
    Triangulation triangulation(points);
    if (!triangulation.cut_ears(hull)) return {};
    triangulation.flip_to_delaunay();
    for (int point = hull; point < int(points.size()); ++point) {
        if (!triangulation.insert(point)) return {};
        triangulation.flip_to_delaunay();
    }
    return triangulation.triangles();
}

std::vector<Point> lattice_inside(const std::vector<Point>& polygon, int64_t spacing, int64_t margin) {
    Rectangle box = {polygon[0].x, polygon[0].y, polygon[0].x, polygon[0].y};
    for (const Point p : polygon) {
        box.left = std::min(box.left, p.x), box.right = std::max(box.right, p.x);
        box.top = std::min(box.top, p.y), box.bottom = std::max(box.bottom, p.y);
    }
    const int size = int(polygon.size());
    EdgeGrid grid(box, polygon.size());
    for (int i = 0; i < size; ++i) grid.insert({i, (i + 1) % size}, polygon[i], polygon[(i + 1) % size]);
    const auto is_clear = [&](Point p) {
        return grid.all_near(
            p, p, int32_t(margin), [](EdgeGrid::Edge) { return true; },
            [&](EdgeGrid::Edge edge) {
                return !is_nearer(p, polygon[edge.start], polygon[edge.end], margin);
            });
    };
    std::vector<Point> inside;
    std::vector<int64_t> crossings;
    const int64_t middle_x = (int64_t(box.left) + box.right) / 2;
    const int64_t middle_y = (int64_t(box.top) + box.bottom) / 2;
    // Rows of equilateral triangles; 56756 / 65536 is the square root of 3/4.
    const auto row_y = [&](int64_t row) { return middle_y + floor_division(int128(row) * spacing * 56756, 65536); };
    int64_t row = 0;
    while (row_y(row) > box.top) --row;
    for (; row_y(row) < box.bottom; ++row) {
        const int64_t y = row_y(row);
        crossings.clear();
        for (int i = 0; i < size; ++i) {
            const Point a = polygon[i], b = polygon[(i + 1) % size];
            if ((a.y <= y) == (b.y <= y)) continue;
            crossings.push_back(a.x + floor_division(int128(b.x - a.x) * (y - a.y), b.y - a.y));
        }
        std::sort(crossings.begin(), crossings.end());
        const int64_t offset = middle_x + (row % 2 != 0 ? spacing / 2 : 0);
        for (size_t i = 0; i + 1 < crossings.size(); i += 2) {
            int64_t x = offset + spacing * floor_division(crossings[i] - offset + spacing, spacing);
            for (; x < crossings[i + 1]; x += spacing) {
                const Point p = {int32_t(x), int32_t(y)};
                if (is_clear(p)) inside.push_back(p);
            }
        }
    }
    return inside;
}

}  // namespace spinelift
