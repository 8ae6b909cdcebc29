# SPDX-License-Identifier: GPL-2.0-only
# What every tree is tested by: all but the tree's own code and its adapter. The target tree_objects
# compiles it, and tree_objects.cmake in the build folder names it for from_objects.cmake.
include(${PROJECT_SOURCE_DIR}/fuzz/targets.cmake)
set(archives machine oracle batched scenarios harness)
set(objects prior tool tool_main)
foreach(target IN LISTS scenario_targets)
  list(APPEND objects ${target}_main)
endforeach()

set(text "# SPDX-License-Identifier: GPL-2.0-only\n")
foreach(name IN LISTS archives)
  string(APPEND text "add_library(${name} STATIC IMPORTED)\n"
    "set_property(TARGET ${name} PROPERTY IMPORTED_LOCATION \"$<TARGET_FILE:${name}>\")\n")
endforeach()
foreach(name IN LISTS objects)
  string(APPEND text "add_library(${name} OBJECT IMPORTED)\n"
    "set_property(TARGET ${name} PROPERTY IMPORTED_OBJECTS \"$<TARGET_OBJECTS:${name}>\")\n")
endforeach()
file(GENERATE OUTPUT ${PROJECT_BINARY_DIR}/tree_objects.cmake CONTENT "${text}")
add_custom_target(tree_objects DEPENDS ${archives} ${objects})
