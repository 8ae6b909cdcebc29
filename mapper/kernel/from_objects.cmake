# SPDX-License-Identifier: GPL-2.0-only
# The tool and the fuzz targets of one tree, from what tree_objects.cmake compiled for all of them: only
# the tree's own code and its adapter are compiled.
include(${VMAPDIFF_OBJECTS_FROM}/tree_objects.cmake)
target_link_libraries(machine INTERFACE vmapdiff_flags)
target_link_libraries(oracle INTERFACE machine)
target_link_libraries(batched INTERFACE machine)
target_link_libraries(scenarios INTERFACE oracle batched kernel)
target_link_libraries(harness INTERFACE scenarios)

add_subdirectory(mapper/kernel)
include(regress/tool/vmapdiff.cmake)
target_link_libraries(vmapdiff PRIVATE scenarios)

include(fuzz/engine.cmake)
include(fuzz/targets.cmake)
foreach(target IN LISTS scenario_targets)
  add_executable(${target})
  target_link_libraries(${target} PRIVATE vmapdiff_mapper_flags fuzz_engine ${target}_main harness batched prior)
  set_target_properties(${target} PROPERTIES
    LINKER_LANGUAGE C RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/fuzz)
endforeach()
