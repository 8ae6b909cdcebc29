# SPDX-License-Identifier: GPL-2.0-only
# What `cmake --install` puts where CMake, pkg-config and man find it: the tool, its manual, the mapper
# interface's headers, and one library of all the rest, to link a mapper from outside with
# (mapper/example).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
if(engine OR NOT VMAPDIFF_SANITIZE STREQUAL none)
  # A library with sanitizers would force them on whoever links it; their own are theirs to choose.
  install(CODE "message(FATAL_ERROR \"vmapdiff: install from a build without sanitizers and engine: \\
cmake --preset install && cmake --build --preset install && cmake --install .build/install\")"
    COMPONENT vmapdiff)
  return()
endif()

add_library(rig STATIC ${CMAKE_CURRENT_BINARY_DIR}/commit.c $<TARGET_OBJECTS:tool_main> $<TARGET_OBJECTS:tool>
  $<TARGET_OBJECTS:harness> $<TARGET_OBJECTS:scenarios> $<TARGET_OBJECTS:oracle> $<TARGET_OBJECTS:prior>
  $<TARGET_OBJECTS:batched> $<TARGET_OBJECTS:machine>)
add_dependencies(rig commit)
target_link_libraries(rig PRIVATE $<BUILD_INTERFACE:vmapdiff_flags>)
target_include_directories(rig INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/vmapdiff>)
set_target_properties(rig PROPERTIES OUTPUT_NAME vmapdiff EXPORT_NAME vmapdiff)

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/vmapdiff)
set(shared ${CMAKE_INSTALL_DATADIR}/vmapdiff)
install(TARGETS vmapdiff RUNTIME COMPONENT vmapdiff)
install(TARGETS rig EXPORT vmapdiff ARCHIVE COMPONENT vmapdiff)
install(EXPORT vmapdiff NAMESPACE vmapdiff:: FILE vmapdiffTargets.cmake DESTINATION ${package}
  COMPONENT vmapdiff)

# The interface, what a fuzz target's one file includes, and all that these include in turn.
set(headers mapper/mapper.h fuzz/harness.h)
set(unread ${headers})
while(unread)
  list(POP_FRONT unread header)
  file(STRINGS ${PROJECT_SOURCE_DIR}/${header} includes REGEX "^#include \"")
  list(TRANSFORM includes REPLACE "^#include \"([^\"]*)\".*" "\\1")
  list(REMOVE_ITEM includes ${headers})
  list(APPEND headers ${includes})
  list(APPEND unread ${includes})
  # So that a new #include is seen without configuring by hand.
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${header})
endwhile()
foreach(header IN LISTS headers)
  get_filename_component(folder ${header} DIRECTORY)
  install(FILES ${PROJECT_SOURCE_DIR}/${header}
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/vmapdiff/${folder} COMPONENT vmapdiff)
endforeach()
include(${PROJECT_SOURCE_DIR}/fuzz/targets.cmake)
foreach(target IN LISTS scenario_targets)
  install(FILES ${PROJECT_SOURCE_DIR}/fuzz/${target}.c DESTINATION ${shared}/targets
    COMPONENT vmapdiff)
endforeach()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/corpus ${PROJECT_SOURCE_DIR}/regress/cases
  DESTINATION ${shared} COMPONENT vmapdiff FILES_MATCHING PATTERN *.scenario)

configure_package_config_file(vmapdiffConfig.cmake.in vmapdiffConfig.cmake
  INSTALL_DESTINATION ${package} PATH_VARS shared)
write_basic_package_version_file(vmapdiffConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/vmapdiffConfig.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/vmapdiffConfigVersion.cmake DESTINATION ${package}
  COMPONENT vmapdiff)
file(RELATIVE_PATH from_pc_to_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(vmapdiff.pc.in vmapdiff.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/vmapdiff.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT vmapdiff)
include(manual.cmake)
