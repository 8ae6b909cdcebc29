# SPDX-License-Identifier: GPL-2.0-only
# vmapdiff(1), printed by a program that has the tool's own tables. Its date is that of the version in
# CHANGELOG.md, or $SOURCE_DATE_EPOCH, so that the same sources make the same page.
if(CMAKE_CROSSCOMPILING AND NOT CMAKE_CROSSCOMPILING_EMULATOR)
  message(STATUS "vmapdiff: no manual page: it is printed by a program of the target machine, which \
runs here only with CMAKE_CROSSCOMPILING_EMULATOR")
  return()
endif()
if(DEFINED ENV{SOURCE_DATE_EPOCH})
  string(TIMESTAMP manual_date %Y-%m-%d UTC) # of that variable
else()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/CHANGELOG.md)
  set(dated "^## [0-9.]+ - ([0-9]+-[0-9]+-[0-9]+)$")
  file(STRINGS ${PROJECT_SOURCE_DIR}/CHANGELOG.md manual_date LIMIT_COUNT 1 REGEX ${dated})
  string(REGEX REPLACE ${dated} "\\1" manual_date "${manual_date}")
endif()

add_executable(make_manual EXCLUDE_FROM_ALL manual.c roff.c)
target_link_libraries(make_manual PRIVATE tool batched prior)
add_custom_command(OUTPUT vmapdiff.1
  COMMAND make_manual ${manual_date} ${CMAKE_INSTALL_DATADIR}/vmapdiff > vmapdiff.1
  DEPENDS make_manual VERBATIM)
add_custom_target(manual ALL DEPENDS ${CMAKE_CURRENT_BINARY_DIR}/vmapdiff.1)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/vmapdiff.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1
  COMPONENT vmapdiff)
