# SPDX-License-Identifier: GPL-2.0-only
# The fuzz targets: the one list of them, which ./rig and its scripts read from this line too.
set(fuzz_targets fuzz_vmap fuzz_vmalloc fuzz_ioremap fuzz_vm_map_ram fuzz_set_memory fuzz_vmemmap fuzz_sequence fuzz_interrupted fuzz_crosscheck fuzz_text)
# Those that play scenarios, and have a generator and a mutator.
set(scenario_targets ${fuzz_targets})
list(REMOVE_ITEM scenario_targets fuzz_text)
