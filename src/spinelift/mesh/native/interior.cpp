// Points are added one by one. Each time, the worst triangles are looked at, places for a point near
// them are tried, and the one is taken that is best for the mesh. Bad are large triangles, because a
// bent mesh is wrong by about the square of their edges, and small angles. Both count by the area that
// has them. The first is the energy that optimal Delaunay triangulations have least of (Chen and Xu
// 2004): the sum over the triangles of area times the squares of the edges.
#include "interior.hpp"

#include <cmath>

#include "triangulation.hpp"

namespace spinelift {
namespace {

constexpr double kGoodSine = 0.5;    // of a triangle's smallest angle: 30 degrees are good enough
constexpr double kAngleWeight = 10;  // of the squares of what sines lack, beside shares of the energy
constexpr int kWorst = 3;            // triangles looked at
constexpr int kSmoothingSteps = 8;  // at most
constexpr int64_t kNearest = kGrid / 2;  // no two vertices are closer than half a pixel

struct Fault {
    double energy = 0, angles = 0, area = 0;  // angles and areas twice

    Fault& operator+=(Fault other) {
        energy += other.energy, angles += other.angles, area += other.area;
        return *this;
    }
    Fault& operator-=(Fault other) {
        energy -= other.energy, angles -= other.angles, area -= other.area;
        return *this;
    }
};

Fault fault_of(Point a, Point b, Point c) {
    const double ab = double(squared_distance(a, b)), bc = double(squared_distance(b, c));
    const double ca = double(squared_distance(c, a)), area = double(turn(a, b, c));
    // The smallest angle lies between the two longest edges.
    const double longest = std::max({ab, bc, ca}), shortest = std::min({ab, bc, ca});
    const double middle = ab + bc + ca - longest - shortest;
    const double lacking = std::max(0.0, kGoodSine - area / std::sqrt(longest * middle));
    return {area * (ab + bc + ca), area * lacking * lacking, area};
}

// How bad a fault is in a mesh: as a share of its energy, and of the angles of a mean triangle.
double badness(Fault fault, Fault mesh, size_t triangles) {
    return fault.energy / mesh.energy + kAngleWeight * fault.angles / (mesh.area / double(triangles));
}

class Filling {
public:
    Filling(const std::vector<Point>& polygon, Rectangle image, const FillingWishes& wishes)
        : mesh_(polygon), image_(image), wishes_(wishes), hull_(int(polygon.size())) {
        for (int t = 0; t < int(mesh_.triangles().size()); ++t) faults_.push_back(fault(t));
        for (const Fault& fault : faults_) whole_ += fault;
        is_hopeless_.resize(faults_.size(), false);
    }

    bool add();
    FilledPolygon result() const;

private:
    // A place for a point: in the hull edge of a triangle, or somewhere near the triangle.
    struct Place {
        Point point;
        int triangle, hull_edge;  // -1: inside
        double change;            // in badness
    };

    Fault fault(int t) const { return fault_of(mesh_.at(t, 0), mesh_.at(t, 1), mesh_.at(t, 2)); }
    int worst(const std::vector<int>& but) const;
    void try_places_near(int triangle);
    void try_middle(int triangle, int edge);
    void try_on_hull(int triangle, int edge);
    void try_at(Point point, int triangle, int hull_edge);
    bool put(const Place& place);
    bool is_clear_outside(Point a, Point p, Point b) const;
    bool is_far_from_others(Point p) const;

    Triangulation mesh_;
    Rectangle image_;
    FillingWishes wishes_;
    int hull_;
    std::vector<Fault> faults_;  // of the triangles
    Fault whole_;
    std::vector<bool> is_hopeless_;  // can no point near the triangle make the mesh better?
    std::vector<Place> places_;
};

// Adds a point where it is of most use; false where none is of any.
bool Filling::add() {
    places_.clear();
    std::vector<int> tried;
    while (int(tried.size()) < kWorst) {
        const int triangle = worst(tried);
        if (triangle < 0) break;
        const size_t before = places_.size();
        try_places_near(triangle);
        if (places_.size() == before) is_hopeless_[size_t(triangle)] = true;
        else tried.push_back(triangle);
    }
    std::stable_sort(places_.begin(), places_.end(),
                     [](const Place& a, const Place& b) { return a.change < b.change; });
    for (const Place& place : places_) {
        if (!is_far_from_others(place.point)) continue;
        mesh_.begin_trial();
        put(place);
        mesh_.end_trial();
        hull_ += place.hull_edge >= 0;
        faults_.resize(mesh_.triangles().size());
        is_hopeless_.resize(faults_.size());
        const auto renew = [&](int t) {
            whole_ -= faults_[size_t(t)];
            faults_[size_t(t)] = fault(t);
            whole_ += faults_[size_t(t)];
            is_hopeless_[size_t(t)] = false;
        };
        for (const int t : mesh_.changed()) renew(t);
        for (int t = mesh_.kept(); t < int(mesh_.triangles().size()); ++t) renew(t);
        return true;
    }
    for (const int triangle : tried) is_hopeless_[size_t(triangle)] = true;
    return !tried.empty() && add();
}

// The triangle with the greatest fault of those that may be mended.
int Filling::worst(const std::vector<int>& but) const {
    int worst = -1;
    double most = -1;
    for (int t = 0; t < int(faults_.size()); ++t) {
        const double bad = badness(faults_[size_t(t)], whole_, faults_.size());
        if (bad <= most || is_hopeless_[size_t(t)]) continue;
        if (std::find(but.begin(), but.end(), t) == but.end()) worst = t, most = bad;
    }
    return worst;
}

// In the middle of each edge, in the middle of the triangle, and where it is as far from all corners.
void Filling::try_places_near(int t) {
    for (int edge = 0; edge < 3; ++edge) {
        if (mesh_.is_hull_edge(t, edge)) try_on_hull(t, edge);
        else try_middle(t, edge);
    }
    const Point a = mesh_.at(t, 0), b = mesh_.at(t, 1), c = mesh_.at(t, 2);
    try_at({int32_t((int64_t(a.x) + b.x + c.x) / 3), int32_t((int64_t(a.y) + b.y + c.y) / 3)}, t, -1);
    const double bx = b.x - a.x, by = b.y - a.y, cx = c.x - a.x, cy = c.y - a.y;
    const double doubled = 2 * (bx * cy - by * cx), b2 = bx * bx + by * by, c2 = cx * cx + cy * cy;
    const double x = a.x + (cy * b2 - by * c2) / doubled, y = a.y + (bx * c2 - cx * b2) / doubled;
    if (x > image_.left && x < image_.right && y > image_.top && y < image_.bottom)
        try_at({int32_t(x), int32_t(y)}, t, -1);
}

void Filling::try_middle(int t, int edge) {
    const Point a = mesh_.at(t, edge), b = mesh_.at(t, edge + 1);
    try_at({(a.x + b.x) / 2, (a.y + b.y) / 2}, t, -1);
}

// The middle of the edge, or the grid point next to it that is outside.
void Filling::try_on_hull(int t, int edge) {
    if (hull_ >= wishes_.most_hull_vertices) return;
    const Point a = mesh_.at(t, edge), b = mesh_.at(t, edge + 1);
    const Point middle = {(a.x + b.x) / 2, (a.y + b.y) / 2};
    Point best = a;
    int64_t least = INT64_MAX;
    for (int32_t dy = 0; dy <= 1; ++dy)
        for (int32_t dx = 0; dx <= 1; ++dx) {
            const Point p = {middle.x + dx, middle.y + dy};
            const int64_t outside = -turn(a, b, p);
            if (outside >= 0 && outside < least && image_.contains(p)) least = outside, best = p;
        }
    if (least < INT64_MAX && (least == 0 || is_clear_outside(a, best, b))) try_at(best, t, edge);
}

// Does the polygon with p between its neighbours a and b touch itself nowhere?
bool Filling::is_clear_outside(Point a, Point p, Point b) const {
    int i = 0;
    do {
        const int k = mesh_.next_on_hull(i);
        const Point c = mesh_.points()[size_t(i)], d = mesh_.points()[size_t(k)];
        if (d == a) {
            if ((turn(c, a, p) == 0 && dot(a, c, p) > 0) || segments_touch(p, b, c, d)) return false;
        } else if (c == b) {
            if ((turn(p, b, d) == 0 && dot(b, p, d) > 0) || segments_touch(a, p, c, d)) return false;
        } else if (c != a && (segments_touch(a, p, c, d) || segments_touch(p, b, c, d))) {
            return false;
        }
        i = k;
    } while (i != 0);
    return true;
}

void Filling::try_at(Point point, int triangle, int hull_edge) {
    Place place = {point, triangle, hull_edge, 0};
    mesh_.begin_trial();
    if (!put(place)) {
        mesh_.end_trial();
        return;
    }
    Fault change;
    for (const int t : mesh_.changed()) change -= faults_[size_t(t)], change += fault(t);
    for (int t = mesh_.kept(); t < int(mesh_.triangles().size()); ++t) change += fault(t);
    mesh_.take_back();
    place.change = badness(change, whole_, faults_.size());
    if (place.change < 0) places_.push_back(place);
}

bool Filling::put(const Place& place) {
    return place.hull_edge < 0 ? mesh_.insert(place.point, place.triangle)
                               : mesh_.split_hull_edge(place.triangle, place.hull_edge, place.point);
}

bool Filling::is_far_from_others(Point p) const {
    for (const Point other : mesh_.points())
        if (squared_distance(p, other) < kNearest * kNearest) return false;
    return true;
}

FilledPolygon Filling::result() const {
    FilledPolygon filled = {{}, hull_};
    int i = 0;
    do {
        filled.points.push_back(mesh_.points()[size_t(i)]);
        i = mesh_.next_on_hull(i);
    } while (i != 0);
    for (int k = 0; k < int(mesh_.points().size()); ++k)
        if (mesh_.next_on_hull(k) < 0) filled.points.push_back(mesh_.points()[size_t(k)]);
    return filled;
}

// Smoothing

bool are_far_apart(std::vector<Point> points) {
    std::sort(points.begin(), points.end(), [](Point a, Point b) { return a.x != b.x ? a.x < b.x : a.y < b.y; });
    for (size_t i = 0; i < points.size(); ++i)
        for (size_t k = i + 1; k < points.size() && points[k].x - points[i].x < kNearest; ++k)
            if (squared_distance(points[i], points[k]) < kNearest * kNearest) return false;
    return true;
}

// Moves every point inside to the centre of its triangles, while that makes the mesh better.
void smooth(FilledPolygon& filled) {
    std::vector<Corners3> triangles = triangulate(filled.points, filled.hull);
    const auto whole_fault = [](const std::vector<Point>& points, const std::vector<Corners3>& triangles) {
        Fault whole;
        for (const auto& [a, b, c] : triangles) whole += fault_of(points[size_t(a)], points[size_t(b)], points[size_t(c)]);
        return whole;
    };
    Fault whole = whole_fault(filled.points, triangles);
    for (int step = 0; step < kSmoothingSteps && int(filled.points.size()) > filled.hull; ++step) {
        struct Sum {
            double x = 0, y = 0, area = 0;
        };
        std::vector<Sum> sums(filled.points.size());
        for (const Corners3& corners : triangles) {
            const Point a = filled.points[size_t(corners[0])], b = filled.points[size_t(corners[1])];
            const Point c = filled.points[size_t(corners[2])];
            const double area = double(turn(a, b, c));
            for (const int corner : corners) {
                Sum& sum = sums[size_t(corner)];
                sum.x += area * (double(a.x) + b.x + c.x);
                sum.y += area * (double(a.y) + b.y + c.y);
                sum.area += 3 * area;
            }
        }
        std::vector<Point> moved = filled.points;
        for (size_t i = size_t(filled.hull); i < moved.size(); ++i)
            moved[i] = {int32_t(sums[i].x / sums[i].area), int32_t(sums[i].y / sums[i].area)};
        std::vector<Corners3> moved_triangles = triangulate(moved, filled.hull);
        if (moved_triangles.size() != triangles.size() || !are_far_apart(moved)) return;
        const Fault moved_whole = whole_fault(moved, moved_triangles);
        Fault change = moved_whole;
        change -= whole;
        if (badness(change, whole, triangles.size()) >= 0) return;
        filled.points = moved;
        triangles = moved_triangles;
        whole = moved_whole;
    }
}

}  // namespace

FilledPolygon fill(const std::vector<Point>& polygon, Rectangle image, const FillingWishes& wishes) {
    Filling filling(polygon, image, wishes);
    const int room = wishes.most_vertices - int(polygon.size());
    for (int added = 0; added < std::min(wishes.wanted, room) && filling.add(); ++added) {
    }
    FilledPolygon filled = filling.result();
    smooth(filled);
    return filled;
}

}  // namespace spinelift
