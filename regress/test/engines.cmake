# SPDX-License-Identifier: GPL-2.0-only
# Other engines, compilers, architectures and builders; each is skipped where what it needs is not
# installed. What builds in a folder that ./rig builds in too has the lock `rig`.
set(scripts ${CMAKE_CURRENT_SOURCE_DIR})

foreach(build "msan clang" "clang-19 clang-19"
    "aarch64 aarch64-linux-gnu-gcc qemu-aarch64")
  separate_arguments(build)
  list(GET build 0 preset)
  add_test(NAME build_${preset}
    COMMAND sh ${scripts}/test_build.sh ${PROJECT_SOURCE_DIR} ${build})
  list(APPEND engine_tests build_${preset})
endforeach()

foreach(sanitizer address undefined memory coverage)
  add_test(NAME builder_${sanitizer}
    COMMAND python3 ${PROJECT_SOURCE_DIR}/regress/ci/builder.py ${sanitizer})
  list(APPEND engine_tests builder_${sanitizer})
endforeach()

add_test(NAME engines
  COMMAND sh -c "command -v afl-fuzz >/dev/null || { echo 'SKIP: no afl-fuzz (Debian package afl++)'; exit 77; }; exec ./rig --no-install engines"
  WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
add_test(NAME install COMMAND sh ${scripts}/test_install.sh ${PROJECT_SOURCE_DIR})
add_test(NAME corpus_care COMMAND sh ${scripts}/test_corpus.sh ${PROJECT_SOURCE_DIR})
add_test(NAME workflows
  COMMAND /usr/bin/python3 ${scripts}/test_workflows.py ${PROJECT_SOURCE_DIR})
set_tests_properties(engines corpus_care install PROPERTIES RESOURCE_LOCK rig COST 300)
set_tests_properties(build_msan PROPERTIES COST 150)
set_tests_properties(${engine_tests} engines install corpus_care workflows PROPERTIES
  LABELS engine SKIP_RETURN_CODE 77)
