// SPDX-License-Identifier: MIT
#include "core/thread.hpp"
#include "run/preset/preset.hpp"
#include "run/work/run_work.hpp"

namespace tempera {

RunResult run_preset(const Json& preset, const DriveOptions& options) {
    const Stopwatch watch;
    const Json resolved = resolve_preset(preset);
    if (options.progress) {
        options.progress(0, "preparing");
    }
    const std::unique_ptr<Work> work = make_run_work(resolved, false, options.stop);
    Ending ending = drive(*work, options);
    ending.seconds = watch.seconds();
    return std::move(dynamic_cast<RunResult&>(*work->result(ending)));
}

}  // namespace tempera
