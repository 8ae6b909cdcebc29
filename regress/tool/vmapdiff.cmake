# SPDX-License-Identifier: GPL-2.0-only
# The tool, of objects that are there. Its commit is asked of git by each build, and compiled if it is another.
set(commit ${PROJECT_BINARY_DIR}/regress/tool/commit.c)
add_custom_target(commit
  COMMAND ${CMAKE_COMMAND} -DSOURCE=${PROJECT_SOURCE_DIR} -DOUT=${commit} -P ${CMAKE_CURRENT_LIST_DIR}/commit.cmake
  BYPRODUCTS ${commit} VERBATIM)
add_executable(vmapdiff ${commit})
add_dependencies(vmapdiff commit)
target_link_libraries(vmapdiff PRIVATE vmapdiff_flags tool_main tool batched prior)
# Where people type its path.
set_target_properties(vmapdiff PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/regress)
