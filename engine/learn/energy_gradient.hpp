#pragma once
// A small energy network E(x) and its gradient by automatic differentiation: the seed of the learned paths.
// No LibTorch type appears here, because including LibTorch costs every translation unit seconds and a
// gigabyte.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace tempera::learn {

struct EnergyNetworkShape {
    std::size_t dim = 2;
    std::vector<std::size_t> hidden = {64, 64};
    std::uint64_t seed = 1;  // of the initial weights; the global LibTorch generator is left alone
};

// Multilayer perceptron with SiLU between its layers and one scalar output, in float64. Points are row-major,
// [n][dim].
class EnergyNetwork {
public:
    explicit EnergyNetwork(const EnergyNetworkShape& shape);
    ~EnergyNetwork();
    EnergyNetwork(EnergyNetwork&&) noexcept;
    EnergyNetwork& operator=(EnergyNetwork&&) noexcept;

    std::size_t dim() const;
    void energy(std::span<const double> points, std::span<double> energies) const;     // energies: [n]
    void gradient(std::span<const double> points, std::span<double> gradients) const;  // gradients: [n][dim]

private:
    struct Layers;
    std::unique_ptr<Layers> layers_;
};

}  // namespace tempera::learn
