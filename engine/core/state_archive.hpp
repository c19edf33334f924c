// SPDX-License-Identifier: MIT
// The state of an object as named arrays. One function of the object both saves and restores it, so that the
// two cannot differ: `archive("x", x_)` copies x_ out of an object when saving, into it when restoring.
#pragma once

#include <algorithm>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/block.hpp"
#include "core/npy.hpp"

namespace tempera {

class StateArchive {
public:
    StateArchive() = default;  ///< saves
    /// Restores from `arrays`. What does not fit the object throws ConfigError that names `origin`.
    StateArchive(Npz arrays, std::string origin)
        : arrays_(std::move(arrays)), origin_(std::move(origin)), restoring_(true) {}

    bool restoring() const { return restoring_; }
    const Npz& arrays() const { return arrays_; }
    Npz take() { return std::move(arrays_); }
    /// Throws where what was restored does not fit the object.
    void check(const std::string& name, bool fits) const;

    /// A number, or a struct that is copied byte by byte (it must have neither pointers nor padding).
    template <class T>
        requires std::is_trivially_copyable_v<T>
    void operator()(const std::string& name, T& value) {
        fixed(name, type_of<T>(), &value, sizeof(T));
    }
    /// A list of numbers; its length is part of the state.
    template <class T>
    void operator()(const std::string& name, std::vector<T>& values) {
        const std::size_t size = list_size(name, type_of<T>(), values.size(), sizeof(T));
        values.resize(size);
        fixed(name, type_of<T>(), values.data(), size * sizeof(T));
    }
    /// Whole numbers, each from `least` to `most`: indices that a damaged state must not lead astray.
    template <class Integers>
    void whole(const std::string& name, Integers& values, long least, long most) {
        (*this)(name, values);
        if (restoring_) {
            check(name, within(values, least, most));
        }
    }
    /// Lists of any lengths.
    template <class T>
    void operator()(const std::string& name, std::vector<std::vector<T>>& lists) {
        std::vector<long> lengths;
        std::vector<T> all;
        for (const auto& list : lists) {
            lengths.push_back(static_cast<long>(list.size()));
            all.insert(all.end(), list.begin(), list.end());
        }
        (*this)(name + ".lengths", lengths);
        (*this)(name, all);
        if (restoring_) {
            lists.clear();
            std::size_t at = 0;
            for (const long n : lengths) {
                check(name, n >= 0 && at + static_cast<std::size_t>(n) <= all.size());
                const auto begin = all.begin() + static_cast<std::ptrdiff_t>(at);
                lists.emplace_back(begin, begin + n);
                at += static_cast<std::size_t>(n);
            }
        }
    }
    /// Particles, whose number and dimension the object has already, as an array [n, dim].
    template <class Real>
    void operator()(const std::string& name, Particles<Real>& x) {
        const auto n = static_cast<std::size_t>(x.size()), dim = static_cast<std::size_t>(x.dim());
        std::vector<Real> rows(n * dim);
        const auto each = [&](auto&& copy) {
            for (std::size_t j = 0; j < n; ++j) {
                for (std::size_t i = 0; i < dim; ++i) {
                    copy(rows[j * dim + i], x(static_cast<int>(j), static_cast<int>(i)));
                }
            }
        };
        if (!restoring_) {
            each([](Real& row, const Real& value) { row = value; });
        }
        fixed(name, type_of<Real>(), rows.data(), rows.size() * sizeof(Real));
        if (restoring_) {
            each([](const Real& row, Real& value) { value = row; });
        }
    }
    template <class T>
    void operator()(const std::string& name, PerParticle<T>& values) {
        fixed(name, type_of<T>(), values.size() ? values.block(0) : nullptr,
              static_cast<std::size_t>(values.size()) * sizeof(T));
    }
    void operator()(const std::string& name, std::string& text) {
        std::vector<unsigned char> bytes(text.begin(), text.end());
        (*this)(name, bytes);
        text.assign(bytes.begin(), bytes.end());
    }
    /// The arrays of an object that has a state of its own, under names that begin with `name` and a dot.
    void operator()(const std::string& name, Npz& arrays);
    /// The state of a part of the object, which has an archive() of its own.
    template <class Part>
    void part(const std::string& name, Part& part) {
        Npz arrays;
        if (restoring_) {
            (*this)(name, arrays);
            StateArchive inner(std::move(arrays), origin_);
            part.archive(inner);
        } else {
            StateArchive inner;
            part.archive(inner);
            arrays = std::move(inner.arrays_);
            (*this)(name, arrays);
        }
    }

private:
    template <class T>
    static constexpr NpyArray::Type type_of() {
        if constexpr (std::is_same_v<T, double>) {
            return NpyArray::Type::f64;
        } else if constexpr (std::is_same_v<T, float>) {
            return NpyArray::Type::f32;
        } else if constexpr (std::is_integral_v<T> && sizeof(T) == 4) {
            return NpyArray::Type::i32;
        } else if constexpr (std::is_integral_v<T> && sizeof(T) == 8) {
            return NpyArray::Type::i64;
        } else {
            return NpyArray::Type::u8;
        }
    }
    template <class T>
    static bool within(const T& value, long least, long most) {
        if constexpr (std::is_integral_v<T>) {
            return static_cast<long>(value) >= least && static_cast<long>(value) <= most;
        } else {
            return std::all_of(value.begin(), value.end(),
                               [&](const auto& v) { return within(v, least, most); });
        }
    }
    void fixed(const std::string& name, NpyArray::Type type, void* data, std::size_t bytes);
    std::size_t list_size(const std::string& name, NpyArray::Type type, std::size_t now, std::size_t element);
    const NpyArray& stored(const std::string& name, NpyArray::Type type) const;

    Npz arrays_;
    std::string origin_;
    bool restoring_ = false;
};

}  // namespace tempera
