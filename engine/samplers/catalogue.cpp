// SPDX-License-Identifier: MIT
// The samplers. A new one is a .cpp in this folder and one X(...) here.
#include "samplers/annealed_sampler.hpp"

namespace tempera {

#define TEMPERA_SAMPLERS(X)                                                                                  \
    X(ais)                                                                                                   \
    X(smc)                                                                                                   \
    X(replica_exchange)                                                                                      \
    X(mcmc)

#define TEMPERA_DECLARE(name) SamplerEntry name##_sampler();
TEMPERA_SAMPLERS(TEMPERA_DECLARE)
#undef TEMPERA_DECLARE

const std::vector<SamplerEntry>& sampler_catalogue() {
#define TEMPERA_ENTRY(name) name##_sampler(),
    static const std::vector<SamplerEntry> entries{TEMPERA_SAMPLERS(TEMPERA_ENTRY)};
#undef TEMPERA_ENTRY
    return entries;
}

SamplerInfo sampler_info(const Json& section) {
    const std::string type = type_of(section);
    for (const SamplerEntry& entry : sampler_catalogue()) {
        if (entry.info.name == type) {
            return entry.info_of(section);
        }
    }
    return {};
}

}  // namespace tempera
