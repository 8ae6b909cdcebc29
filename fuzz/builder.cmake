# SPDX-License-Identifier: GPL-2.0-only
# What an outside builder (ClusterFuzzLite, OSS-Fuzz) takes: every fuzz target and, named after it as
# those expect, NAME_seed_corpus.zip, NAME.options and, for text, NAME.dict. `fuzz_targets` builds all,
# and `cmake --install BUILD --component fuzz --prefix DIR` puts it there.
file(GLOB seed_files CONFIGURE_DEPENDS
  ${PROJECT_SOURCE_DIR}/corpus/*/*.scenario ${PROJECT_SOURCE_DIR}/regress/cases/*.scenario)

# The tool as a command of this host. Built for another one, it needs an emulator.
set(run_vmapdiff ${CMAKE_CROSSCOMPILING_EMULATOR} $<TARGET_FILE:vmapdiff>)

# Every checked-in scenario, in the encoding that targets of that encoding read.
function(vmapdiff_seeds encoding)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/seeds/${encoding})
  if(encoding STREQUAL bytes)
    set(fill ${run_vmapdiff} convert --to-bytes
      ${PROJECT_SOURCE_DIR}/corpus ${PROJECT_SOURCE_DIR}/regress/cases -o .)
  else()
    set(fill ${CMAKE_COMMAND} -E copy ${seed_files} .)
  endif()
  add_custom_command(OUTPUT ${folder}.zip
    COMMAND ${CMAKE_COMMAND} -E rm -rf ${folder}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${folder}
    COMMAND ${CMAKE_COMMAND} -E chdir ${folder} ${fill}
    COMMAND ${CMAKE_COMMAND} -E chdir ${folder} ${CMAKE_COMMAND} -E tar cf ${folder}.zip --format=zip .
    DEPENDS ${seed_files} vmapdiff VERBATIM)
  set(seeds_${encoding} ${folder}.zip PARENT_SCOPE)
endfunction()
vmapdiff_seeds(bytes)
vmapdiff_seeds(text)

add_custom_command(OUTPUT fuzz_text.dict
  COMMAND ${run_vmapdiff} grammar --dictionary > fuzz_text.dict DEPENDS vmapdiff VERBATIM)
add_custom_target(dictionary ALL DEPENDS ${CMAKE_CURRENT_BINARY_DIR}/fuzz_text.dict)
add_custom_target(fuzz_targets DEPENDS ${fuzz_targets} ${seeds_bytes} ${seeds_text} dictionary)
install(TARGETS ${fuzz_targets} RUNTIME DESTINATION . COMPONENT fuzz EXCLUDE_FROM_ALL)
foreach(target IN LISTS fuzz_targets)
  set(seeds ${seeds_bytes})
  if(target STREQUAL fuzz_text)
    set(seeds ${seeds_text})
  endif()
  install(FILES ${seeds} DESTINATION . RENAME ${target}_seed_corpus.zip
    COMPONENT fuzz EXCLUDE_FROM_ALL)
  install(FILES fuzz.options DESTINATION . RENAME ${target}.options COMPONENT fuzz EXCLUDE_FROM_ALL)
endforeach()
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/fuzz_text.dict DESTINATION . COMPONENT fuzz EXCLUDE_FROM_ALL)
