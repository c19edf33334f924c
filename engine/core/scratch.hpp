// SPDX-License-Identifier: MIT
// Per-thread temporary memory for block kernels: no allocation in a hot loop after the first pass.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

namespace tempera {

/// Stack-like arena of the calling thread. `Scratch frame; float* a = frame.take<float>(n);` - memory is
/// given back when the frame leaves its scope. Frames nest. Memory is 64-byte aligned and not initialised.
class Scratch {
public:
    Scratch() : arena_(arena()), chunk_(arena_.chunk), used_(arena_.used) {}
    ~Scratch() {
        arena_.chunk = chunk_;
        arena_.used = used_;
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    template <class T>
    T* take(std::size_t n) {
        return static_cast<T*>(arena_.take((n * sizeof(T) + 63) / 64 * 64));
    }

private:
    struct Free {
        void operator()(void* p) const { std::free(p); }
    };
    struct Chunk {
        std::unique_ptr<void, Free> memory;
        std::size_t size;
    };
    struct Arena {
        std::vector<Chunk> chunks;
        std::size_t chunk = 0, used = 0;

        void* take(std::size_t bytes) {
            while (chunk < chunks.size() && used + bytes > chunks[chunk].size) {
                ++chunk;
                used = 0;
            }
            if (chunk == chunks.size()) {
                const std::size_t size = std::max<std::size_t>(bytes, std::size_t{1} << 20);
                void* memory = std::aligned_alloc(64, size);
                if (!memory) {
                    throw std::bad_alloc();
                }
                chunks.push_back({std::unique_ptr<void, Free>(memory), size});
                used = 0;
            }
            void* out = static_cast<char*>(chunks[chunk].memory.get()) + used;
            used += bytes;
            return out;
        }
    };
    static Arena& arena() {
        thread_local Arena local;
        return local;
    }

    Arena& arena_;
    std::size_t chunk_, used_;
};

}  // namespace tempera
