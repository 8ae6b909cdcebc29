# SPDX-License-Identifier: GPL-2.0-only
# How a target gets its main: an engine from outside, libFuzzer, or plain replay.
add_library(fuzz_engine INTERFACE)
if(engine)
  target_link_libraries(fuzz_engine INTERFACE "${engine}")
elseif(libfuzzer)
  target_link_options(fuzz_engine INTERFACE -fsanitize=fuzzer)
  add_library(libfuzzer_options OBJECT ${PROJECT_SOURCE_DIR}/fuzz/libfuzzer_options.c)
  target_link_libraries(fuzz_engine INTERFACE $<TARGET_OBJECTS:libfuzzer_options>)
else()
  add_library(replay_main OBJECT ${PROJECT_SOURCE_DIR}/fuzz/replay_main.c)
  target_link_libraries(replay_main PUBLIC vmapdiff_flags)
  target_link_libraries(fuzz_engine INTERFACE replay_main $<TARGET_OBJECTS:replay_main>)
endif()
