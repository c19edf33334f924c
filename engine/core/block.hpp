// SPDX-License-Identifier: MIT
// Blocks of particles: structure of arrays, 256 lanes a row, so that one coordinate of neighbouring particles
// is contiguous and a block of a low-dimensional target stays in L1.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

namespace tempera {

/// Particles per block. Work is always cut in blocks of this size, never by the number of threads, so that
/// results do not depend on how many threads there are.
inline constexpr int block_size = 256;

/// Lanes are computed in groups of this many; evaluations may read and write lanes up to the next multiple.
inline constexpr int lane_group = 16;

constexpr int padded_lanes(int n) { return (n + lane_group - 1) / lane_group * lane_group; }

/// Non-owning view of up to 256 particles, coordinates by rows: element (i, lane) is data[i * block_size +
/// lane]. Lanes n .. padded_lanes(n)-1 exist and hold finite numbers; what is computed there is ignored.
template <class Real>
struct Block {
    Real* data = nullptr;
    int dim = 0;
    int n = 0;

    Real* row(int i) const { return data + static_cast<std::ptrdiff_t>(i) * block_size; }
    Real& operator()(int i, int lane) const { return row(i)[lane]; }
    int lanes() const { return padded_lanes(n); }
    operator Block<const Real>() const
        requires(!std::is_const_v<Real>)
    {
        return {data, dim, n};
    }
};

/// 64-byte aligned storage, zero-initialised.
template <class T>
class AlignedArray {
public:
    AlignedArray() = default;
    explicit AlignedArray(std::size_t n) { resize(n); }
    AlignedArray(const AlignedArray& other) : AlignedArray(other.size_) {
        std::copy_n(other.data(), size_, data());
    }
    AlignedArray(AlignedArray&&) noexcept = default;
    AlignedArray& operator=(AlignedArray other) noexcept {
        std::swap(memory_, other.memory_);
        std::swap(size_, other.size_);
        return *this;
    }
    /// Contents are lost (zeroed) when the size changes.
    void resize(std::size_t n) {
        if (n == size_) {
            return;
        }
        const std::size_t bytes = (n * sizeof(T) + 63) / 64 * 64;
        memory_.reset(n ? static_cast<T*>(std::aligned_alloc(64, bytes)) : nullptr);
        if (n && !memory_) {
            size_ = 0;
            throw std::bad_alloc();
        }
        size_ = n;
        std::fill_n(memory_.get(), n, T{});
    }
    T* data() { return memory_.get(); }
    const T* data() const { return memory_.get(); }
    std::size_t size() const { return size_; }
    T& operator[](std::size_t i) { return memory_.get()[i]; }
    const T& operator[](std::size_t i) const { return memory_.get()[i]; }

private:
    struct Free {
        void operator()(T* p) const { std::free(p); }
    };
    std::unique_ptr<T[], Free> memory_;
    std::size_t size_ = 0;
};

/// n vectors of dimension dim in blocks; the owner of particle positions, scores and the like. Who holds it
/// const reads only: its blocks are const, too.
template <class Real>
class Particles {
public:
    Particles() = default;
    Particles(int n, int dim)
        : n_(n), dim_(dim), n_blocks_((n + block_size - 1) / block_size),
          data_(static_cast<std::size_t>(n_blocks_) * dim * block_size) {}

    int size() const { return n_; }
    int dim() const { return dim_; }
    int n_blocks() const { return n_blocks_; }
    int block_count(int b) const { return std::min(block_size, n_ - b * block_size); }
    Block<Real> block(int b) { return {data_.data() + start(b), dim_, block_count(b)}; }
    Block<const Real> block(int b) const { return {data_.data() + start(b), dim_, block_count(b)}; }
    Real& operator()(int particle, int i) { return data_[place(particle, i)]; }
    const Real& operator()(int particle, int i) const { return data_[place(particle, i)]; }

private:
    std::size_t start(int b) const { return static_cast<std::size_t>(b) * dim_ * block_size; }
    std::size_t place(int particle, int i) const {
        return start(particle / block_size) + static_cast<std::size_t>(i) * block_size +
               particle % block_size;
    }

    int n_ = 0, dim_ = 0, n_blocks_ = 0;
    AlignedArray<Real> data_;
};

/// One number per particle, in blocks with padded lanes (256 per block).
template <class T>
class PerParticle {
public:
    PerParticle() = default;
    explicit PerParticle(int n)
        : n_(n), data_(static_cast<std::size_t>((n + block_size - 1) / block_size) * block_size) {}
    int size() const { return n_; }
    T* block(int b) { return data_.data() + static_cast<std::size_t>(b) * block_size; }
    const T* block(int b) const { return data_.data() + static_cast<std::size_t>(b) * block_size; }
    T& operator[](int i) { return data_[static_cast<std::size_t>(i)]; }
    const T& operator[](int i) const { return data_[static_cast<std::size_t>(i)]; }
    std::span<T> span() { return {data_.data(), static_cast<std::size_t>(n_)}; }
    std::span<const T> span() const { return {data_.data(), static_cast<std::size_t>(n_)}; }

private:
    int n_ = 0;
    AlignedArray<T> data_;
};

}  // namespace tempera
