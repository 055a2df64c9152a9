-- Version 6 and those before it let go what other machines told of a session when this machine had it too. What they told is
-- read again from the journal; streams of which some stays on the machine are our own.

DELETE FROM streams WHERE replica NOT IN (SELECT replica FROM streams WHERE scope = 'here');
