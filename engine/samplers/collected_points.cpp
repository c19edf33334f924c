// SPDX-License-Identifier: MIT
#include "samplers/collected_points.hpp"

#include <algorithm>
#include <limits>

#include "core/state_archive.hpp"

namespace tempera {

namespace {

constexpr long most_points = 200'000;

}  // namespace

template <class Real>
void CollectedPoints<Real>::add(long step, const Particles<Real>& x) {
    const auto row = static_cast<std::size_t>(x.size()) * static_cast<std::size_t>(x.dim());
    const auto most = std::max<std::size_t>(1, static_cast<std::size_t>(most_points / x.size()));
    if (step % stride_ != 0) {
        return;
    }
    if (points_.size() / row >= most) {
        std::size_t kept = 0;
        for (std::size_t s = 0; s * row < points_.size(); s += 2, ++kept) {
            std::copy_n(points_.begin() + static_cast<long>(s * row), row,
                        points_.begin() + static_cast<long>(kept * row));
        }
        points_.resize(kept * row);
        stride_ *= 2;
        if (step % stride_ != 0 || kept >= most) {
            return;
        }
    }
    for (int e = 0; e < x.size(); ++e) {
        for (int i = 0; i < x.dim(); ++i) {
            points_.push_back(static_cast<double>(x(e, i)));
        }
    }
}

template <class Real>
void CollectedPoints<Real>::archive(StateArchive& archive) {
    archive("collected", points_);
    archive.whole("collected.stride", stride_, 1, std::numeric_limits<long>::max());
}

template class CollectedPoints<float>;
template class CollectedPoints<double>;

}  // namespace tempera
