// One channel of a PNG's pixels, without the others.
//
// PNG filters predict each byte from the same byte of the pixels to its left, above, and above
// left (https://www.w3.org/TR/png-3/#9Filters). So one channel can be had alone: its bytes are
// gathered from a row and unfiltered as if there were no others.
//
// Alpha is nearly constant, and then a row is mostly residuals of 0. Blocks of eight of them are
// filled at once where the predictor shows what they are.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <vector>

#if defined(_WIN32)
#define EXPORT extern "C" __declspec(dllexport)
#else
#define EXPORT extern "C" __attribute__((visibility("default")))
#endif

namespace {

enum Filter : uint8_t { kNone, kSub, kUp, kAverage, kPaeth };

constexpr int64_t kBlock = 8;

using Bytes = const uint8_t*;

bool is_zero(Bytes block) {
    uint64_t value;
    std::memcpy(&value, block, kBlock);
    return value == 0;
}

bool is_filled_with(Bytes block, uint8_t value) {
    uint64_t found;
    std::memcpy(&found, block, kBlock);
    return found == value * UINT64_C(0x0101010101010101);
}

uint8_t paeth(int left, int up, int up_left) {
    const int by_left = std::abs(up - up_left), by_up = std::abs(left - up_left);
    const int by_up_left = std::abs(left + up - 2 * up_left);
    if (by_left <= by_up && by_left <= by_up_left) return uint8_t(left);
    return uint8_t(by_up <= by_up_left ? up : up_left);
}

// Unfilters from left to right. `fill(x, left, up_left)` may fill the block at x if it can tell what
// eight residuals of 0 mean there; `predict(x, left, up_left)` predicts one byte.
template <class Fill, class Predict>
void walk(Bytes residuals, Bytes above, uint8_t* row, int64_t width, Fill fill, Predict predict) {
    uint8_t left = 0, up_left = 0;
    for (int64_t x = 0; x < width;) {
        if (x + kBlock <= width && is_zero(residuals + x) && fill(x, left, up_left)) {
            x += kBlock;
        } else {
            row[x] = uint8_t(residuals[x] + predict(x, left, up_left));
            ++x;
        }
        left = row[x - 1], up_left = above[x - 1];
    }
}

// False for a filter that does not exist.
bool unfilter(uint8_t filter, Bytes residuals, Bytes above, uint8_t* row, int64_t width) {
    const auto splat = [row](int64_t x, uint8_t value) {
        std::memset(row + x, value, kBlock);
        return true;
    };
    switch (filter) {
        case kNone:
            std::memcpy(row, residuals, size_t(width));
            return true;
        case kSub:
            walk(residuals, above, row, width,
                 [&](int64_t x, uint8_t left, uint8_t) { return splat(x, left); },
                 [](int64_t, uint8_t left, uint8_t) { return left; });
            return true;
        case kUp:
            for (int64_t x = 0; x < width; ++x) row[x] = uint8_t(residuals[x] + above[x]);
            return true;
        case kAverage:
            walk(residuals, above, row, width,
                 [&](int64_t x, uint8_t left, uint8_t) {
                     return is_filled_with(above + x, left) && splat(x, left);
                 },
                 [&](int64_t x, uint8_t left, uint8_t) { return uint8_t((left + above[x]) / 2); });
            return true;
        case kPaeth:
            // Where left and above left are equal, the predictor is the byte above; that is then
            // left, and again equal to above left, for the next.
            walk(residuals, above, row, width,
                 [&](int64_t x, uint8_t left, uint8_t up_left) {
                     if (left != up_left) return false;
                     std::memcpy(row + x, above + x, kBlock);
                     return true;
                 },
                 [&](int64_t x, uint8_t left, uint8_t up_left) { return paeth(left, above[x], up_left); });
            return true;
        default:
            return false;
    }
}

template <int kStride>
void gather(Bytes row, int64_t width, uint8_t* channel) {
    for (int64_t x = 0; x < width; ++x) channel[x] = row[x * kStride];
}

}  // namespace

// `raw` holds `height` rows: a byte for the filter, then `width` pixels of `stride` bytes (1, 2, 4
// or 8). `channel` gets byte `offset` of every pixel. Returns the number of the first row whose
// filter does not exist, `height` if there is none, or -1 without memory.
EXPORT int64_t spinelift_unfilter(const uint8_t* raw, int64_t width, int64_t height, int32_t stride,
                                  int32_t offset, uint8_t* channel) try {
    const auto gather_channel = stride == 1   ? gather<1>
                                : stride == 2 ? gather<2>
                                : stride == 4 ? gather<4>
                                              : gather<8>;
    const std::vector<uint8_t> nothing(static_cast<size_t>(width));
    std::vector<uint8_t> residuals(static_cast<size_t>(width));
    const uint8_t* above = nothing.data();
    for (int64_t y = 0; y < height; ++y) {
        const uint8_t* filtered = raw + y * (width * stride + 1);
        uint8_t* row = channel + y * width;
        gather_channel(filtered + 1 + offset, width, residuals.data());
        if (!unfilter(filtered[0], residuals.data(), above, row, width)) return y;
        above = row;
    }
    return height;
} catch (const std::bad_alloc&) {
    return -1;
}
