# SPDX-License-Identifier: GPL-2.0-only
# A kernel's own code in the mapper's place, on Debian's trees. What is not installed is fetched. A tree
# that cannot be had is skipped, with the reason.
set(trees ${PROJECT_SOURCE_DIR}/.build/trees)
set(kernel_scripts ${PROJECT_SOURCE_DIR}/regress/kernel)
set(slicer_tests ${PROJECT_SOURCE_DIR}/mapper/kernel/test)

add_test(NAME kernel_slicer COMMAND python3 ${slicer_tests}/test_slicer.py)
add_test(NAME kernel_find_folders COMMAND python3 ${kernel_scripts}/test_finds.py)
add_test(NAME kernel_injected_found COMMAND python3 ${kernel_scripts}/test_injected.py)
add_test(NAME kernel_told COMMAND python3 ${kernel_scripts}/test_told.py)
add_test(NAME kernel_first_verdict COMMAND python3 ${kernel_scripts}/test_first_verdict.py)
add_test(NAME kernel_boot_parts COMMAND python3 ${kernel_scripts}/test_boot_parts.py)
add_test(NAME kernel_boot_confirm COMMAND python3 ${kernel_scripts}/test_boot_confirm.py)
add_test(NAME kernel_boot_kunit COMMAND python3 ${kernel_scripts}/test_boot_kunit.py)
add_test(NAME kernel_boot_compare COMMAND python3 ${kernel_scripts}/test_boot_compare.py)
add_test(NAME kernel_boot_cost COMMAND python3 ${kernel_scripts}/test_boot_cost.py)
add_test(NAME kernel_review_parts COMMAND python3 ${kernel_scripts}/test_review_parts.py)
foreach(part families worth instructions trust)
  add_test(NAME kernel_review_${part} COMMAND python3 ${kernel_scripts}/test_review_${part}.py)
endforeach()
set(versions 6.1 6.12 7.2 7.3)
add_test(NAME kernel_unpack COMMAND python3 ${kernel_scripts}/trees.py ${versions})
set_tests_properties(kernel_unpack PROPERTIES FIXTURES_SETUP kernel_trees)

foreach(version IN LISTS versions)
  set(tree ${trees}/linux-source-${version})
  add_test(NAME kernel_ctags_${version} COMMAND python3 ${slicer_tests}/check_ctags.py ${tree})
  add_test(NAME kernel_test_${version}
    COMMAND sh ${kernel_scripts}/test_tree.sh ${PROJECT_SOURCE_DIR} ${tree})
  add_test(NAME kernel_known_${version}
    COMMAND python3 ${kernel_scripts}/test_known.py ${tree} "Debian ${version}")
  list(APPEND kernel_tests
    kernel_ctags_${version} kernel_test_${version} kernel_known_${version})
endforeach()

foreach(class Messages Unseen Series Policy Bisect Findings Runaway Faults612)
  add_test(NAME kernel_${class} COMMAND python3 ${kernel_scripts}/test_trees.py
    ${trees}/linux-source-6.12 ${class})
  list(APPEND kernel_tests kernel_${class})
endforeach()

add_test(NAME kernel_moved COMMAND python3 ${kernel_scripts}/test_moved.py ${trees}/linux-source-6.12)
list(APPEND kernel_tests kernel_moved)

add_test(NAME kernel_Newest COMMAND python3 ${kernel_scripts}/test_trees.py
  ${trees}/linux-source-7.3 Newest Faults73)
add_test(NAME kernel_Places COMMAND python3 ${kernel_scripts}/test_trees.py
  ${trees}/linux-source-7.3 Places)
add_test(NAME kernel_messages
  COMMAND python3 ${kernel_scripts}/test_messages.py ${trees}/linux-source-7.3)
add_test(NAME kernel_coverage
  COMMAND python3 ${kernel_scripts}/test_coverage.py ${trees}/linux-source-7.3)
list(APPEND kernel_tests kernel_Newest kernel_Places kernel_messages kernel_coverage)
# All silent changes: silent.py TREE, in some ten minutes.
add_test(NAME kernel_review COMMAND python3 ${kernel_scripts}/test_review.py ${trees}/linux-source-7.3)
add_test(NAME kernel_injected
  COMMAND python3 ${kernel_scripts}/injected.py ${trees}/linux-source-6.12)
# All of them: injected.py TREE, in some ten minutes.
add_test(NAME kernel_injected_newest
  COMMAND python3 ${kernel_scripts}/injected.py ${trees}/linux-source-7.3 --sample 3)
# Those of 7.3 take minutes: real_faults.py --record.
add_test(NAME kernel_real_faults COMMAND python3 ${kernel_scripts}/real_faults.py --again 6.12)
add_test(NAME kernel_calls COMMAND python3 ${kernel_scripts}/call_table.py --check)
add_test(NAME kernel_fuzz
  COMMAND sh ${kernel_scripts}/fuzz_trees.sh ${PROJECT_SOURCE_DIR} 8
          ${trees}/linux-source-6.1 ${trees}/linux-source-6.12)
add_test(NAME kernel_aarch64
  COMMAND python3 ${kernel_scripts}/test_aarch64.py ${trees}/linux-source-6.12)
# Plays each on each tree that there is.
add_test(NAME kernel_finds COMMAND python3 ${kernel_scripts}/finds.py --check)
list(APPEND kernel_tests kernel_review kernel_injected kernel_injected_newest kernel_real_faults kernel_calls
  kernel_fuzz kernel_aarch64 kernel_finds)
set_tests_properties(${kernel_tests} PROPERTIES FIXTURES_REQUIRED kernel_trees)
# One kernel, with 4K pages. All page sizes: test_boot.py TREE --all.
add_test(NAME kernel_unpack_whole COMMAND python3 ${kernel_scripts}/trees.py --whole 7.3)
set_tests_properties(kernel_unpack_whole PROPERTIES FIXTURES_SETUP kernel_whole_tree COST 300)
# Of the whole tree, a part is copied.
set_tests_properties(kernel_unpack PROPERTIES DEPENDS kernel_unpack_whole COST 300)
add_test(NAME kernel_boot
  COMMAND python3 ${kernel_scripts}/test_boot.py ${trees}/whole/linux-source-7.3)
add_test(NAME kernel_confirm
  COMMAND python3 ${kernel_scripts}/test_confirm.py ${trees}/whole/linux-source-7.3)
add_test(NAME kernel_compare
  COMMAND python3 ${kernel_scripts}/test_compare.py ${trees}/whole/linux-source-7.3)
add_test(NAME kernel_cost
  COMMAND python3 ${kernel_scripts}/test_cost.py ${trees}/whole/linux-source-7.3)
# One of them, whose kernel is that of kernel_boot. All: finds.py --booted --check.
add_test(NAME kernel_finds_booted
  COMMAND python3 ${kernel_scripts}/finds.py --booted --check --only fills-empty)
set_tests_properties(kernel_boot kernel_confirm kernel_compare kernel_cost kernel_finds_booted PROPERTIES
  FIXTURES_REQUIRED kernel_whole_tree RESOURCE_LOCK kernel_whole COST 200)
# Of those that build one tree itself, one at a time. The others build copies of their own.
set(all_locks kernel_whole)
foreach(version IN LISTS versions)
  list(APPEND all_locks kernel_${version})
  set_tests_properties(kernel_ctags_${version} kernel_test_${version} kernel_known_${version} PROPERTIES
    RESOURCE_LOCK kernel_${version})
endforeach()
set_tests_properties(kernel_aarch64 PROPERTIES RESOURCE_LOCK kernel_6.12)
set_tests_properties(kernel_messages kernel_coverage kernel_review PROPERTIES RESOURCE_LOCK kernel_7.3)
set_tests_properties(kernel_fuzz PROPERTIES RESOURCE_LOCK "kernel_6.1;kernel_6.12")
set_tests_properties(kernel_real_faults PROPERTIES RESOURCE_LOCK kernel_6.12)
set_tests_properties(kernel_finds kernel_calls PROPERTIES RESOURCE_LOCK "${all_locks}")
# What takes longest begins first, so that no processor is idle at the end.
set_tests_properties(kernel_review PROPERTIES COST 350)
set_tests_properties(kernel_injected kernel_injected_newest kernel_Series kernel_Policy kernel_Unseen kernel_Newest
  kernel_finds kernel_coverage kernel_messages kernel_calls kernel_fuzz kernel_aarch64 PROPERTIES COST 200)
# Minutes each on quiet cores; next to another that builds a kernel, more.
set_tests_properties(${kernel_tests} kernel_boot kernel_confirm kernel_compare kernel_cost kernel_finds_booted
  PROPERTIES TIMEOUT 3600)
set_tests_properties(kernel_slicer kernel_find_folders kernel_injected_found kernel_told kernel_first_verdict
  kernel_unpack
  kernel_review_parts kernel_review_families kernel_review_worth kernel_review_instructions
  kernel_review_trust
  kernel_boot_parts kernel_boot_confirm kernel_boot_compare kernel_boot_kunit kernel_boot_cost kernel_unpack_whole
  kernel_boot kernel_confirm kernel_compare kernel_cost kernel_finds_booted
  ${kernel_tests} PROPERTIES
  LABELS kernel SKIP_RETURN_CODE 77)
