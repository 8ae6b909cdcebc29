# SPDX-License-Identifier: GPL-2.0-only
# Writes OUT, a C file with the commit of the tree SOURCE, if what it has is another: so only what
# changes is built. Run by each build: cmake -DSOURCE=... -DOUT=... -P commit.cmake
# The file defines tool_commit, or -DNAME=... -DHEADER=... say what else. Nothing is written in SOURCE.
# The commit is left out without git, and in a tree that is only a part of another one's.
set(commit "")
if(NOT NAME)
  set(NAME tool_commit)
  set(HEADER regress/tool/version.h)
endif()
if(NOT DIGITS)
  set(DIGITS 7)
endif()
find_program(GIT git)
if(GIT)
  file(REAL_PATH ${SOURCE} real) # a repository of another user is only read
  execute_process(COMMAND ${GIT} -c safe.directory=${real} -C ${SOURCE} rev-parse --show-toplevel
    OUTPUT_VARIABLE top OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(NOT failed AND top STREQUAL real)
    set(ENV{GIT_OPTIONAL_LOCKS} 0)
    execute_process(COMMAND ${GIT} -c safe.directory=${real} -C ${SOURCE} describe --always --dirty
                            --abbrev=${DIGITS} --exclude=*
      OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  endif()
endif()
set(new "/* Made by commit.cmake. */\n#include \"${HEADER}\"\nconst char ${NAME}[] = \"${commit}\";\n")
set(old "")
if(EXISTS ${OUT})
  file(READ ${OUT} old)
endif()
if(NOT new STREQUAL old)
  file(WRITE ${OUT} "${new}")
endif()
