# SPDX-License-Identifier: GPL-2.0-only
# Guests that have a mutant of the mapper in them: bugs of TLB maintenance and of barriers, which
# real loads must find as the history rules do.
set(guest_mutants
  invalid-without-tlbi
  map-without-dsb
  tlbi-before-dsb
  tlbi-by-page-up-to-the-limit
  tlbi-never-completes
  unmap-invalidates-what-was-asked)

foreach(name IN LISTS guest_mutants)
  set(root ${PROJECT_BINARY_DIR}/mutants/${name})
  set(objects "")
  foreach(source IN LISTS batched_sources)
    string(REGEX REPLACE "[./]+" "_" object ${source})
    set(object ${PROJECT_BINARY_DIR}/mutants/guest.${name}.${object}.o)
    add_custom_command(OUTPUT ${object}
      COMMAND ${aarch64} -I${root} -I${PROJECT_SOURCE_DIR} -c ${root}/mapper/${source} -o ${object}
      DEPENDS ${root}/patched VERBATIM)
    list(APPEND objects ${object})
  endforeach()
  set(image ${PROJECT_BINARY_DIR}/mutants/guest.${name}.elf)
  add_custom_command(OUTPUT ${image}
    COMMAND ${LLD} -T ${guest_link} ${guest_loads_objects} ${objects} -o ${image}
    DEPENDS guests ${guest_loads_objects} ${objects} ${guest_link} VERBATIM)
  list(APPEND guest_images ${image})
endforeach()
add_custom_target(guest_mutants ALL DEPENDS ${guest_images})
