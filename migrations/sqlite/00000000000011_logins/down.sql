DROP TABLE login_tickets;
DROP TABLE recovery_codes;
DROP TABLE email_code_factors;
DROP TABLE totp_factors;
DROP TABLE throttles;
