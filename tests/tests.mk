# Targets of the test suite; included by the Makefile.

demo: setup
	$(Q)$(MAKE) --no-print-directory all

test: setup
	$(Q)$(MAKE) --no-print-directory all
