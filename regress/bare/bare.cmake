# SPDX-License-Identifier: GPL-2.0-only
# Debian releases as a newcomer has them, from nothing; skipped without root, or without a mirror.
set(bare_scripts ${CMAKE_CURRENT_LIST_DIR})

add_test(NAME bare COMMAND python3 ${bare_scripts}/test_bare.py)
foreach(suite bookworm trixie)
  add_test(NAME bare_${suite} COMMAND python3 ${bare_scripts}/bare.py ${suite})
  list(APPEND bare_tests bare_${suite})
endforeach()
# They wait for disk and network much of the time, so each counts as one processor.
set_tests_properties(${bare_tests} PROPERTIES COST 400 TIMEOUT 3600)
set_tests_properties(bare ${bare_tests} PROPERTIES LABELS bare SKIP_RETURN_CODE 77)
