# SPDX-License-Identifier: GPL-2.0-only
# Builds each mutant: a copy of the batched mapper with one patch applied, of which the patched files
# come before the others' archive, and with it the tool vmapdiff.NAME and the fuzz target that the
# patch's header names (fuzz_vmap if it names none) as fuzz.NAME, in the build folder's mutants/.
find_program(PATCH_PROGRAM patch REQUIRED)
file(GLOB mutant_patches CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/regress/mutants/*.patch)
file(GLOB batched_files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/mapper/batched/*.[ch] ${PROJECT_SOURCE_DIR}/mapper/pgtable/*.[ch])

set(inject ${CMAKE_CURRENT_LIST_DIR}/inject.cmake)

function(vmapdiff_mutant patch)
  get_filename_component(name ${patch} NAME_WE)
  set(root ${PROJECT_BINARY_DIR}/mutants/${name})
  set(stamp ${root}/patched)
  file(STRINGS ${patch} sources REGEX "^[+][+][+] b/mapper/.*[.]c$")
  list(TRANSFORM sources REPLACE "^[+][+][+] b/mapper/" "")
  file(STRINGS ${patch} headers REGEX "^[+][+][+] b/mapper/.*[.]h$")
  if(headers)
    set(sources ${batched_sources})
  endif()
  list(TRANSFORM sources PREPEND ${root}/mapper/)
  add_custom_command(
    OUTPUT ${stamp} ${sources}
    COMMAND ${CMAKE_COMMAND} -DFROM=${PROJECT_SOURCE_DIR}/mapper -DTO=${root}/mapper -DPATCH=${patch}
            -DPROGRAM=${PATCH_PROGRAM} -P ${inject}
    COMMAND ${CMAKE_COMMAND} -E touch ${stamp}
    DEPENDS ${patch} ${batched_files} ${inject}
    COMMENT "Injecting ${name}"
    VERBATIM)
  add_library(batched.${name} OBJECT ${sources})
  target_include_directories(batched.${name} BEFORE PRIVATE ${root})
  target_link_libraries(batched.${name} PUBLIC machine PRIVATE vmapdiff_mapper_flags)

  set(target fuzz_vmap)
  file(STRINGS ${patch} header REGEX "^target: ")
  if(header)
    string(REPLACE "target: " "" target ${header})
  endif()
  add_executable(fuzz.${name})
  target_link_libraries(fuzz.${name}
    PRIVATE vmapdiff_mapper_flags fuzz_engine ${target}_main harness batched.${name} batched prior)
  add_executable(vmapdiff.${name})
  target_link_libraries(vmapdiff.${name} PRIVATE tool_main tool batched.${name} batched prior)
  set_target_properties(fuzz.${name} vmapdiff.${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/mutants)
  if(engine)
    set_property(TARGET fuzz.${name} PROPERTY LINKER_LANGUAGE CXX)
  endif()
endfunction()

foreach(patch IN LISTS mutant_patches)
  vmapdiff_mutant(${patch})
endforeach()
